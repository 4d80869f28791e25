import { join } from 'node:path'
import { parseArgs } from 'node:util'
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
import { startTables, tablesMigrations } from '../../server/src/tables/index.ts'

/** The tables of the data folder that the command line names, in a process that ends by being killed. */
export async function openTables(): Promise<Ctx> {
  const { values } = parseArgs({ options: { 'data-dir': { type: 'string' } } })
  const dataDir = values['data-dir'] ?? ''
  const database = openDatabase({ path: join(dataDir, 'millrace.db') })
  await migrate(database.db, [coreMigrations, tablesMigrations])
  const ctx: Ctx = {
    db: database.db,
    database,
    now: () => new Date(),
    config: readConfig(['--data-dir', dataDir], {}),
    log: openLog('silent'),
    events: new EventBus(),
    principal: systemPrincipal,
    url: '',
  }
  await startTables(ctx)
  return ctx
}
