import { DuckDBInstance } from '@duckdb/node-api'
import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import { quote, viewSql } from './point-in-time.ts'
import { Clock, type ViewDefinition } from './types.ts'

/** One row of the source, times in whole days. */
interface Row {
  readonly id: number
  readonly entity: string | null
  readonly happened: number | null
  readonly known: number | null
  readonly fact: number
  readonly amount: number | null
}

interface Ask {
  readonly entity: string | null
  readonly at: number | null
}

const day = 86_400_000_000
const view: ViewDefinition = {
  name: 'v',
  table: 't',
  keys: ['entity'],
  event_time: 'happened',
  known_at: 'known',
  row_key: ['fact'],
  lookback: '5d',
  columns: [{ column: 'amount', as: 'latest' }],
  aggregations: [
    { column: '*', function: 'count', window: '3d', as: 'n' },
    { column: 'amount', function: 'sum', window: '3d', as: 'total' },
    { column: 'amount', function: 'last', window: '10d', as: 'last' },
    { column: 'amount', function: 'count_distinct', window: '10d', as: 'kinds' },
  ],
}

/** The rules of the interface, read one spine row at a time. */
function expected(rows: readonly Row[], ask: Ask, clock: Clock): unknown[] {
  const { at, entity } = ask
  const facts = new Map<number, Row[]>()
  for (const row of rows) facts.set(row.fact, [...(facts.get(row.fact) ?? []), row])
  const chosen = [...facts.values()].flatMap((versions) => {
    const seen =
      clock === Clock.Event
        ? versions
        : versions.filter((v) => v.known !== null && at !== null && v.known <= at)
    return seen.toSorted(byKnown).slice(-1)
  })
  const visible = chosen
    .filter((r) => at !== null && entity !== null && r.entity === entity)
    .filter((r) => r.happened !== null && at !== null && r.happened <= at)
    .toSorted(byOrder)
  const within = (days: number) => visible.filter((r) => (r.happened ?? 0) > (at ?? 0) - days)
  const values = within(3).flatMap((r) => r.amount ?? [])
  const latest = visible.at(-1)
  const fresh = latest && (latest.happened ?? 0) > (at ?? 0) - 5
  return [
    fresh ? latest.amount : null,
    within(3).length,
    values.length > 0 ? values.reduce((a, b) => a + b, 0) : null,
    within(10).at(-1)?.amount ?? null,
    new Set(within(10).flatMap((r) => r.amount ?? [])).size,
  ]
}

const first = (value: number | null) => value ?? Number.NEGATIVE_INFINITY
const byKnown = (a: Row, b: Row) =>
  first(a.known) - first(b.known) || first(a.happened) - first(b.happened)
const byOrder = (a: Row, b: Row) =>
  first(a.happened) - first(b.happened) || first(a.known) - first(b.known) || a.fact - b.fact

const dayOrNull = fc.option(fc.integer({ min: 0, max: 20 }), { freq: 8 })
const entity = fc.option(fc.constantFrom('a', 'b'), { freq: 10 })
// No two versions of a fact are known at once: the interface leaves their order open.
const rows = fc.uniqueArray(
  fc.record({
    id: fc.constant(0),
    entity,
    happened: dayOrNull,
    known: dayOrNull,
    fact: fc.integer({ min: 1, max: 6 }),
    amount: fc.option(fc.integer({ min: -3, max: 3 }), { freq: 6 }),
  }),
  { maxLength: 25, selector: (r) => `${r.fact}/${r.known}` },
)
const asks = fc.array(fc.record({ entity, at: dayOrNull }), { minLength: 1, maxLength: 6 })

function literal(value: string | number | null): string {
  if (value === null) return 'NULL'
  return typeof value === 'number' ? String(value) : `'${value}'`
}

function time(days: number | null): string {
  return days === null ? 'NULL::TIMESTAMPTZ' : `make_timestamptz(${days * day})`
}

describe('what is visible at a time', () => {
  let run: (sql: string) => Promise<unknown[][]>
  beforeAll(async () => {
    const instance = await DuckDBInstance.create(':memory:', { threads: '1' })
    const connection = await instance.connect()
    run = async (sql) => (await connection.runAndReadAll(sql)).getRowsJson() as unknown[][]
  })

  test.each(Object.values(Clock))('follows the rules row by row with clock %s', async (clock) => {
    await fc.assert(
      fc.asyncProperty(rows, asks, async (source, spine) => {
        const values = source.map(
          (r) =>
            `(${literal(r.entity)}, ${time(r.happened)}, ${time(r.known)}, ${r.fact}, ${literal(r.amount)}::INT)`,
        )
        const from = `(SELECT * FROM (VALUES ${['(NULL, NULL::TIMESTAMPTZ, NULL::TIMESTAMPTZ, 0, NULL)', ...values].join(', ')})
          t(entity, happened, known, fact, amount) WHERE fact > 0)`
        const spineRows = spine.map(
          (s, i) =>
            `(${i}, ${s.at === null ? 'NULL' : s.at * day}::BIGINT, ${literal(s.entity)}::VARCHAR)`,
        )
        const types = new Map([['amount', 'int']])
        const sql = viewSql(view, { from, types }, { spine: '__spine', clock })
        const outputs = ['latest', 'n', 'total', 'last', 'kinds'].map((c) => `${quote(c)}::INT`)
        const got =
          await run(`WITH __spine AS (SELECT * FROM (VALUES ${spineRows.join(', ')}) s(__i, __t, __k0))
          SELECT ${outputs.join(', ')} FROM (${sql}) ORDER BY __i`)
        expect(got).toEqual(spine.map((ask) => expected(source, ask, clock)))
      }),
      { numRuns: 150 },
    )
  })
})
