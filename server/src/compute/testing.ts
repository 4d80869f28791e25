import { readFileSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Config } from '../core/index.ts'
import { testCtx, type TestCtx } from '../core/testing.ts'
import { launch, waitForExit } from './attempt-service.ts'
import { startCompute } from './background.ts'
import { ensureEnvironment } from './environment-service.ts'
import { computeMigrations } from './migrations.ts'
import type { Entry, ExitReport, LaunchSpec } from './types.ts'

/** A server's compute room with an environment without packages. Use with `await using`. */
export interface ComputeBench extends AsyncDisposable {
  readonly ctx: TestCtx
  /** The environment's hash. */
  readonly environment: string
  /** Writes a script and returns the entry that runs it. */
  readonly script: (text: string, argv?: readonly string[]) => Promise<Entry>
  /** Launches, waits and returns how it ended. */
  readonly run: (entry: Entry, extra?: Partial<LaunchSpec>) => Promise<ExitReport>
  readonly start: (entry: Entry, extra?: Partial<LaunchSpec>) => Promise<string>
}

interface BenchOptions {
  /** Of the data folder, which then is the server's. */
  readonly subfolder?: string
  readonly config?: Partial<Config>
}

export async function computeBench(options: BenchOptions = {}): Promise<ComputeBench> {
  await using opening = new AsyncDisposableStack()
  const made = opening.use(await testCtx('sqlite', computeMigrations))
  const dataDir = join(made.config.dataDir, options.subfolder ?? '')
  await mkdir(dataDir, { recursive: true })
  const ctx = { ...made, config: { ...made.config, dataDir, ...options.config } }
  opening.use(await startCompute(ctx))
  const { hash } = await ensureEnvironment(ctx, { requirements: [] })
  let count = 0
  async function script(text: string, argv: readonly string[] = []): Promise<Entry> {
    count += 1
    const path = join(dataDir, `script-${count}.py`)
    await writeFile(path, text)
    return { kind: 'script', path, argv }
  }
  async function start(entry: Entry, extra: Partial<LaunchSpec> = {}): Promise<string> {
    count += 1
    const attemptId = extra.attemptId ?? `attempt-${count}`
    await launch(ctx, { environment: hash, entry, env: {}, ...extra, attemptId })
    return attemptId
  }
  const lifetime = opening.move()
  return {
    ctx,
    environment: hash,
    script,
    start,
    run: async (entry, extra) => waitForExit(ctx, await start(entry, extra)),
    [Symbol.asyncDispose]: () => lifetime.disposeAsync(),
  }
}

/** Whether a process with this number exists and is not a zombie waiting for its parent (Linux). */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return !/^\d+ \(.*\) Z/s.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
  } catch {
    return false
  }
}
