/** The plans of a search for runs; `run-search.ts` says which is taken when. */
import { query, type Script, type SqlValue } from '../core/index.ts'
import { among } from './number-list.ts'
import { joinAnd, type SqlPart } from './search/conditions.ts'
import { afterPlace, orderSql, type OrderColumn } from './search/keyset.ts'
import type { RunCondition, RunScope } from './search/run-conditions.ts'
import type { Leading, RunOrder } from './search/run-order.ts'
import type { TokenPart } from './wire/paging.ts'

export interface Asked {
  readonly scope: RunScope
  readonly order: RunOrder
  /** Only runs beyond this place in the order. */
  readonly after: readonly TokenPart[] | undefined
  readonly tests: readonly RunCondition['test'][]
  readonly limit: number
}

/** A run's number with its place in the order. */
export type FoundRow = { readonly id: number } & Readonly<Record<`p${number}`, SqlValue>>

export function placeOf(row: FoundRow, columns: readonly OrderColumn[]): TokenPart[] {
  return columns.map((_, index) => row[`p${index}`] as TokenPart)
}

/** Sorts the runs that a source names. */
export function* sortFew(asked: Asked, source: SqlPart): Script<readonly FoundRow[]> {
  return yield* select(asked, {
    from: { sql: `(${source.sql}) d cross join tracking_run r`, parameters: source.parameters },
    run: 'd.run',
    tests: [{ sql: 'r.id = d.run', parameters: [] }],
    columns: asked.order.columns,
    place: placeTest(asked.order.columns, asked.after),
  })
}

/** Reads runs in the order of the table's own index, or sorts them all where there is none. */
export function* walkRuns(asked: Asked): Script<readonly FoundRow[]> {
  return yield* select(asked, {
    from: { sql: 'tracking_run r', parameters: [] },
    run: 'r.id',
    tests: [],
    columns: asked.order.columns,
    place: placeTest(asked.order.columns, asked.after),
  })
}

/** Reads the index of the leading key in order, rank after rank, as far as rows are wanted. */
export function* walkLeading(asked: Asked, leading: Leading): Script<FoundRow[]> {
  const found: FoundRow[] = []
  const first = asked.after === undefined ? 0 : Number(asked.after[0])
  const last = leading.entity === 'metric' ? 2 : 1
  for (let rank = first; rank <= last && found.length < asked.limit; rank += 1) {
    const wanted = {
      ...asked,
      limit: asked.limit - found.length,
      after: rank === first ? asked.after : undefined,
    }
    const part = rank === last ? missing(wanted, leading) : present(wanted, leading, rank)
    found.push(...(yield* select(wanted, part)))
  }
  return found
}

function present(asked: Asked, { entity, key, descending }: Leading, rank: number): Selection {
  const rest = asked.order.columns.slice(2)
  const value = { sql: 'm.value', descending }
  const within = among(asked.scope.dialect, 'm.experiment', asked.scope.experiments)
  const test = `${within.sql} and m.key = ? and r.id = m.run`
  const common = {
    from: { sql: `${leadingTable(entity)} m cross join tracking_run r`, parameters: [] },
    run: 'm.run',
    tests: [{ sql: test, parameters: [...within.parameters, key] }],
  }
  if (entity === 'metric') {
    const ofRank = { sql: 'm.is_nan = ?', parameters: [rank] }
    const columns = rank === 0 ? [value, ...rest] : rest
    const place = placeTest(columns, asked.after?.slice(rank === 0 ? 1 : 2))
    return { ...common, tests: [...common.tests, ofRank], columns, place }
  }
  // The index holds the beginning of a value; the rest is sorted among those that begin alike.
  const beginning = { sql: 'substr(m.value, 1, 64)', descending }
  const place = placeTest([value, ...rest], asked.after?.slice(1))
  const entry = {
    sql: `${beginning.sql} ${descending ? '<=' : '>='} substr(?, 1, 64)`,
    parameters: [asked.after?.[1] ?? ''],
  }
  return {
    ...common,
    columns: [beginning, value, ...rest],
    place: [...(asked.after ? [entry] : []), ...place],
  }
}

function missing(asked: Asked, { entity, key }: Leading): Selection {
  const columns = asked.order.columns.slice(2)
  const test = `not exists (select 1 from ${leadingTable(entity)} m where m.run = r.id and m.key = ?)`
  return {
    from: { sql: 'tracking_run r', parameters: [] },
    run: 'r.id',
    tests: [{ sql: test, parameters: [key] }],
    columns,
    place: placeTest(columns, asked.after?.slice(2)),
  }
}

function leadingTable(entity: Leading['entity']): string {
  return entity === 'metric' ? 'tracking_latest_metric' : `tracking_${entity}`
}

function placeTest(
  columns: readonly OrderColumn[],
  after: readonly TokenPart[] | undefined,
): SqlPart[] {
  return after ? [afterPlace(columns, after)] : []
}

interface Selection {
  readonly from: SqlPart
  /** The run's number, as soon as it is known. */
  readonly run: string
  readonly tests: readonly SqlPart[]
  readonly columns: readonly OrderColumn[]
  readonly place: readonly SqlPart[]
}

function* select(asked: Asked, selection: Selection): Script<readonly FoundRow[]> {
  const { scope, order } = asked
  const { from, columns, run } = selection
  const within = among(scope.dialect, 'r.experiment', scope.experiments)
  const tests = asked.tests.map((test) => test(run))
  const where = joinAnd([...selection.tests, within, ...tests, ...selection.place])
  const places = order.columns.map(({ sql }, index) => `${sql} as p${index}`)
  return yield* query<FoundRow>(
    `select ${['r.id', ...places].join(', ')} from ${from.sql} ${order.joins}
     where ${where.sql} order by ${orderSql(columns)} limit ?`,
    ...from.parameters,
    ...order.parameters,
    ...where.parameters,
    asked.limit,
  )
}
