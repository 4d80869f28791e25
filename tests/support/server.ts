import { spawn, type ChildProcess } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { ensureUv, findPython } from '../../scripts/python-envs.mjs'

const repo = fileURLToPath(new URL('../..', import.meta.url))
const startTimeoutMs = 30_000
const stopTimeoutMs = 15_000

export interface StartServerOptions {
  /** Flags of `millrace server`; `--port` and `--data-dir` are chosen here when not given. */
  readonly args?: readonly string[]
  readonly env?: Readonly<Record<string, string>>
}

/** A real server process with a data folder of its own. Use with `await using`. */
export interface ServerProcess extends AsyncDisposable {
  /** The same after a restart, so that running tasks find it again. */
  readonly url: string
  readonly dataDir: string
  readonly pid: number
  /** Ends the process and waits until it is gone. @default 'SIGKILL' */
  readonly kill: (signal?: NodeJS.Signals) => Promise<void>
  /** Starts it again on the same port and data folder; kills it first when it still runs. */
  readonly restart: () => Promise<void>
  /** What every process so far wrote to standard output and standard error. */
  readonly log: () => string
}

export async function startServer(options: StartServerOptions = {}): Promise<ServerProcess> {
  const given = valueOf(options.args ?? [], '--data-dir')
  const dataDir = given ?? (await mkdtemp(join(tmpdir(), 'millrace-system-')))
  const [uv, python] = await Promise.all([ensureUv(), findPython()])
  const env = { MILLRACE_UV: uv, MILLRACE_PYTHON: python.path, ...options.env }
  const log: string[] = []
  const start = (port: string) => {
    // Given once, wherever they come from.
    const chosen = ['--data-dir', '--port']
    const others = (options.args ?? []).filter(
      (word, i, all) => !chosen.includes(word) && !chosen.includes(all[i - 1] ?? ''),
    )
    const args = ['--data-dir', dataDir, ...others, '--port', port]
    return launch({ args, env, log })
  }
  let running = await start(valueOf(options.args ?? [], '--port') ?? '0')
  const { url } = running
  return {
    url,
    dataDir,
    get pid() {
      return running.child.pid ?? 0
    },
    kill: (signal = 'SIGKILL') => stop(running.child, signal),
    async restart() {
      await stop(running.child, 'SIGKILL')
      running = await start(new URL(url).port)
    },
    log: () => log.join(''),
    async [Symbol.asyncDispose]() {
      await stop(running.child, 'SIGTERM')
      if (given === undefined) await rm(dataDir, { recursive: true, force: true, maxRetries: 5 })
    },
  }
}

interface Running {
  readonly child: ChildProcess
  readonly url: string
}

interface Launch {
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string>>
  /** Everything the process writes is added here. */
  readonly log: string[]
}

async function launch({ args, env, log }: Launch): Promise<Running> {
  const child = spawn(process.execPath, ['cli/bin/millrace.mjs', 'server', ...args], {
    cwd: repo,
    env: { ...cleanEnvironment(), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const { promise, resolve, reject } = Promise.withResolvers<string>()
  const before = log.length
  const onOutput = (chunk: Buffer): void => {
    log.push(chunk.toString())
    const ready = /Millrace is ready at (\S+)/.exec(log.slice(before).join(''))
    if (ready?.[1]) resolve(ready[1])
  }
  child.stdout.on('data', onOutput)
  child.stderr.on('data', onOutput)
  child.once('error', reject)
  child.once('exit', (code, signal) =>
    reject(new Error(`The server ended (${code ?? signal}):\n${log.slice(before).join('')}`)),
  )
  const timeout = setTimeout(() => {
    child.kill('SIGKILL')
    reject(new Error(`The server was not ready after ${startTimeoutMs} ms:\n${log.join('')}`))
  }, startTimeoutMs)
  try {
    return { child, url: await promise }
  } finally {
    clearTimeout(timeout)
  }
}

async function stop(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  child.kill(signal)
  const timeout = setTimeout(() => child.kill('SIGKILL'), stopTimeoutMs)
  await exited
  clearTimeout(timeout)
}

// The settings of the person who runs the tests must not reach the server under test.
function cleanEnvironment(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(
    ([name]) => !name.startsWith('MILLRACE_') && !name.startsWith('MLFLOW_'),
  )
  return { ...Object.fromEntries(kept), MILLRACE_HOME: process.env['MILLRACE_HOME'] }
}

function valueOf(args: readonly string[], flag: string): string | undefined {
  const index = args.indexOf(flag)
  return index === -1 ? undefined : args[index + 1]
}
