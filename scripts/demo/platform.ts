import { spawn } from 'node:child_process'
import { constants } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { ensureUv, findPython } from '../python-envs.mjs'

export const repo = fileURLToPath(new URL('../..', import.meta.url))
const bin = join(repo, 'cli', 'bin', 'millrace.mjs')
const stopMs = 20_000

/** The demo could not go on; the message says what went wrong. */
export class DemoError extends Error {
  override readonly name = 'DemoError'
}

export interface DemoServer extends AsyncDisposable {
  readonly url: string
  readonly pid: number
  /** Resolves when the process has ended, for whatever reason. */
  readonly ended: Promise<void>
  /** Resolves when a person ends the demo; until this is called that is a failure. */
  readonly interrupted: () => Promise<void>
}

export interface StartOptions {
  readonly dataDir: string
  readonly port: string
}

export async function startDemoServer(options: StartOptions): Promise<DemoServer> {
  const args = ['server', '--data-dir', options.dataDir, '--port', options.port]
  const child = spawn(process.execPath, [bin, ...args, '--allow-private', '127.0.0.1'], {
    cwd: repo,
    env: {
      ...process.env,
      MILLRACE_UV: await ensureUv(),
      MILLRACE_PYTHON: (await findPython()).path,
      // The stand-in for Slack is on this machine and speaks plain HTTP.
      MLFLOW_WEBHOOK_ALLOWED_SCHEMES: 'http,https',
      MLFLOW_WEBHOOK_ALLOW_PRIVATE_IPS: 'true',
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  const stop = async (): Promise<void> => {
    child.kill('SIGTERM')
    const timeout = setTimeout(() => child.kill('SIGKILL'), stopMs)
    await ended
    clearTimeout(timeout)
  }
  const interruption = endOnSignal(stop)
  let output = ''
  const ready = Promise.withResolvers<string>()
  const onOutput = (chunk: Buffer): void => {
    output = (output + chunk.toString()).slice(-20_000)
    const url = /Millrace is ready at (\S+)/.exec(output)?.[1]
    if (url) ready.resolve(url)
  }
  child.stdout.on('data', onOutput)
  child.stderr.on('data', onOutput)
  child.once('error', ready.reject)
  void ended.then(() => ready.reject(new DemoError(output.trim() || 'The server did not start')))
  return {
    url: await ready.promise,
    pid: child.pid ?? 0,
    ended,
    interrupted: () => {
      interruption[Symbol.dispose]()
      return new Promise((resolve) => {
        for (const signal of signals) process.once(signal, () => resolve())
      })
    },
    async [Symbol.asyncDispose]() {
      interruption[Symbol.dispose]()
      await stop()
    },
  }
}

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/** A demo that is ended takes its server with it. */
function endOnSignal(stop: () => Promise<void>): Disposable {
  const onSignal = (signal: NodeJS.Signals): void => {
    void stop().then(() => process.exit(128 + constants.signals[signal]))
  }
  for (const signal of signals) process.once(signal, onSignal)
  return {
    [Symbol.dispose]() {
      for (const signal of signals) process.off(signal, onSignal)
    },
  }
}

/** Runs `npx millrace …` and returns its JSON. */
export async function millraceJson<T>(url: string, ...args: readonly string[]): Promise<T> {
  return JSON.parse(await millraceText(url, ...args, '--json')) as T
}

/** Runs `npx millrace …`, as a person would, and returns what it printed. */
export async function millraceText(url: string, ...args: readonly string[]): Promise<string> {
  const child = spawn(process.execPath, [bin, ...args, '--url', url], {
    cwd: repo,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let stdout = ''
  let stderr = ''
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()))
  const code = await new Promise<number>((resolve) =>
    child.once('close', (status) => resolve(status ?? 1)),
  )
  if (code !== 0) throw new DemoError(`millrace ${args[0]} failed: ${stderr.trim()}`)
  return stdout
}
