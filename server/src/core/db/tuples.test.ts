import { expect, test } from 'vitest'
import { testCtx } from '../testing.ts'
import { query, run, runScript } from './script.ts'
import { insertTuples } from './tuples.ts'

test('inserts any number of rows in few statements and answers what they return', async () => {
  await using ctx = await testCtx('sqlite')
  await runScript(ctx, () => run('create table thing (id integer primary key, name text)'))
  const rows = Array.from({ length: 775 }, (_, id) => [id, `thing ${id}`] as const)
  const insert = { into: 'thing (id, name)', tail: 'returning id' }
  const script = insertTuples<{ id: number }>(insert, rows)
  let statements = 0
  const returned = await runScript(ctx, function* counted() {
    let step = script.next([])
    while (!step.done) {
      statements += 1
      step = script.next(yield step.value)
    }
    return step.value
  })
  expect(statements).toBe(6)
  expect(returned.map(({ id }) => id)).toEqual(rows.map(([id]) => id))
  const [last] = await runScript(ctx, () => query('select name from thing where id = 774'))
  expect(last).toEqual({ name: 'thing 774' })
})
