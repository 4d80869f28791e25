/**
 * A process to be killed: several writers append small rows together, each call named by its number.
 * A writer begins by sending its newest call again, as a client does that got no answer.
 */
import { queryRows, writeTable } from '../../server/src/tables/index.ts'
import { openTables } from './killed-process.ts'

const ctx = await openTables()
const writers = 8
await append(-1, 0)
const { rows } = await queryRows(ctx, { sql: 'select writer, max(call) from t group by 1' })
const newest = new Map(rows.map(([writer, call]) => [Number(writer), Number(call)]))
await Promise.all(
  Array.from({ length: writers }, async (_, writer) => {
    for (let call = newest.get(writer) ?? 0; ; call++) {
      await append(writer, call)
      process.stdout.write(`${writer * 1_000_000 + call}\n`)
    }
  }),
)

async function append(writer: number, call: number): Promise<void> {
  const columns = ['writer', 'call', 'part'].map((name) => ({ name, type: 'bigint' }))
  const part = [0, 1, 2].map((i) => [writer, call, i])
  await writeTable(ctx, {
    table: 't',
    mode: 'append',
    source: { columns, rows: part },
    requestId: `${writer}/${call}`,
  })
}
