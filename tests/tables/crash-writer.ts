/**
 * A process to be killed: attempt after attempt stages rows in two tables and commits them.
 * It begins by finishing what a killed predecessor left staged, as the jobs room does.
 */
import { commitStage, queryRows, writeTable } from '../../server/src/tables/index.ts'
import { openTables } from './killed-process.ts'

const ctx = await openTables()

const staged = await ctx.db.selectFrom('table_stage').select('attempt_id').distinct().execute()
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
