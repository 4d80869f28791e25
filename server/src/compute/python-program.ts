import { spawn } from 'node:child_process'
import { env } from 'node:process'
import { fileURLToPath } from 'node:url'

/** The folder that `import millrace` and the workers come from. */
export const pythonFolder = fileURLToPath(new URL('../../../python', import.meta.url))

export interface Finished {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** Runs a program to its end. Rejects with ENOENT when there is no such program. */
export function runProgram(
  command: string,
  args: readonly string[],
  stdin = '',
): Promise<Finished> {
  return new Promise((resolve, reject) => {
    // uv brings certificates of its own and would not know those of a company's proxy.
    const known = { UV_SYSTEM_CERTS: 'true', ...env }
    const child = spawn(command, args, { env: known, stdio: ['pipe', 'pipe', 'pipe'] })
    let stdout = ''
    let stderr = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text))
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
    child.on('error', reject)
    child.on('close', (code) => resolve({ code, stdout, stderr }))
    // A program that ends before it has read its input is judged by its exit code.
    child.stdin.on('error', () => {})
    child.stdin.end(stdin)
  })
}

/** Arguments that run `main` of one of our own Python modules, wherever they are installed. */
export function ownModule(module: string, args: readonly string[]): string[] {
  const start = `import sys; sys.path.insert(0, ${JSON.stringify(pythonFolder)}); from ${module} import main; sys.exit(main(sys.argv[1:]))`
  return ['-c', start, ...args]
}
