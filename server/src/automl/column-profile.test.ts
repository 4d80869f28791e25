import { expect, test } from 'vitest'
import { judgeColumn, type ColumnStatistics } from './column-profile.ts'

const column = (given: Partial<ColumnStatistics>): ColumnStatistics => ({
  name: 'c',
  type: 'double',
  rows: 1000,
  missing: 0,
  distinct: 500,
  least: undefined,
  greatest: undefined,
  words: undefined,
  ...given,
})

test.each([
  [{}, 'numeric'],
  [{ type: 'decimal(10,2)' }, 'numeric'],
  [{ type: 'int', distinct: 2, least: 0, greatest: 1 }, 'boolean'],
  [{ type: 'int', distinct: 2, least: 1, greatest: 2 }, 'numeric'],
  [{ type: 'boolean', distinct: 2 }, 'boolean'],
  [{ type: 'string', distinct: 4, words: 1 }, 'categorical'],
  [{ type: 'string', distinct: 300, words: 1.5 }, 'high_cardinality'],
  [{ type: 'string', distinct: 900, words: 12 }, 'text'],
  [{ type: 'date', distinct: 365 }, 'datetime'],
  [{ type: 'timestamp', distinct: 900 }, 'datetime'],
])('understands %o as %s', (given, kind) => {
  expect(judgeColumn(column(given))).toMatchObject({ kind })
})

test.each([
  [{ distinct: 1 }, 'it has the same value in every row'],
  [{ missing: 1000, distinct: 0 }, 'it has no values'],
  [{ type: 'struct<a:int>', distinct: 0 }, 'its type struct<a:int> is not one that models take'],
  [{ type: 'int', distinct: 1000, least: 1, greatest: 1000 }, 'it names rows'],
  [
    { name: 'customer_id', type: 'bigint', distinct: 1000, least: 1, greatest: 9e9 },
    'it names rows',
  ],
  [{ type: 'string', distinct: 1000, words: 1 }, 'it names rows'],
])('leaves out %o', (given, reason) => {
  const verdict = judgeColumn(column(given))
  expect('reason' in verdict && verdict.reason).toContain(reason)
})

test('keeps a number whose values happen to differ in every row', () => {
  const price = column({ type: 'int', name: 'price', distinct: 1000, least: 0, greatest: 90_000 })
  expect(judgeColumn(price)).toMatchObject({ kind: 'numeric' })
})

test('keeps a column that is always the same or missing, because missing may mean something', () => {
  expect(judgeColumn(column({ distinct: 1, missing: 400 }))).toMatchObject({ kind: 'numeric' })
})
