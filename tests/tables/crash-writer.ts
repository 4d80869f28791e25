/**
 * A process to be killed: attempt after attempt stages rows in two tables and commits them.
 * It begins by finishing what a killed predecessor left staged, as the jobs room does.
 */
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
import {
  commitStage,
  queryRows,
  startTables,
  tablesMigrations,
  writeTable,
} from '../../server/src/tables/index.ts'

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

const staged = await database.db.selectFrom('table_stage').select('attempt_id').distinct().execute()
for (const { attempt_id: attemptId } of staged) await finish(Number(attemptId))

for (let i = (await lastCommitted()) + 1; ; i++) {
  const attempt = { ...ctx, principal: { ...ctx.principal, attemptId: String(i) } }
  for (const table of ['a', 'b']) {
    const source = { sql: `select ${i}::bigint as i, unnest(range(3)) as part` }
    await writeTable(attempt, { table, mode: 'append', source })
  }
  await finish(i)
}

// Both tables or, after a kill between two stages, the first alone: either way each exactly once.
async function finish(attempt: number): Promise<void> {
  await commitStage(ctx, { attemptId: String(attempt), writer: `job-run/${attempt}` })
  process.stdout.write(`${attempt}\n`)
}

async function lastCommitted(): Promise<number> {
  try {
    const { rows } = await queryRows(ctx, { sql: 'select max(i) from a' })
    return Number(rows[0]?.[0] ?? -1)
  } catch {
    return -1
  }
}
