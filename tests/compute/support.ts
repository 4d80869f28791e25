import { join } from 'node:path'
import {
  computeMigrations,
  ensureEnvironment,
  startCompute,
} from '../../server/src/compute/index.ts'
import {
  coreMigrations,
  EventBus,
  migrate,
  openDatabase,
  openLog,
  readConfig,
  systemPrincipal,
  type Ctx,
} from '../../server/src/core/index.ts'

export interface ComputeServer extends AsyncDisposable {
  readonly ctx: Ctx
  readonly environment: string
}

/** What a server does for compute, over a data folder that outlives it. */
export async function openCompute(
  dataDir: string,
  settings: Readonly<Record<string, string>> = {},
  home = process.env['MILLRACE_HOME'],
): Promise<ComputeServer> {
  await using opening = new AsyncDisposableStack()
  const database = opening.use(openDatabase({ path: join(dataDir, 'millrace.db') }))
  await migrate(database.db, [coreMigrations, computeMigrations])
  const flags = { 'data-dir': dataDir, 'log-level': 'error', ...settings }
  const config = readConfig(
    Object.entries(flags).flatMap(([flag, value]) => [`--${flag}`, value]),
    { HOME: process.env['HOME'], MILLRACE_HOME: home },
  )
  const ctx: Ctx = {
    db: database.db,
    database,
    config,
    now: () => new Date(),
    log: openLog('error'),
    events: new EventBus(),
    principal: systemPrincipal,
    url: 'http://127.0.0.1:0',
  }
  opening.use(await startCompute(ctx))
  const { hash } = await ensureEnvironment(ctx, { requirements: [] })
  const lifetime = opening.move()
  return { ctx, environment: hash, [Symbol.asyncDispose]: () => lifetime.disposeAsync() }
}
