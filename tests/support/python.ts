import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

export interface PythonResult {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

export interface PythonOptions {
  readonly args?: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  readonly cwd?: string
}

const pythonFolder = fileURLToPath(new URL('../../python', import.meta.url))

/** Runs a Python file of the tests (a path beside the caller) to its end. */
export function runPython(
  interpreter: string,
  script: URL,
  options: PythonOptions = {},
): Promise<PythonResult> {
  const child = spawn(interpreter, [fileURLToPath(script), ...(options.args ?? [])], {
    env: { ...process.env, PYTHONPATH: pythonFolder, PYTHONUNBUFFERED: '1', ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
  })
  const output = { stdout: '', stderr: '' }
  child.stdout.on('data', (chunk: Buffer) => (output.stdout += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (output.stderr += chunk.toString()))
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code) => resolve({ code: code ?? -1, ...output }))
  })
}
