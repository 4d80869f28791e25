/**
 * Searches for runs. Three plans, none of which depends on statistics:
 *
 *   selective condition → its index names the few runs, which are tested and sorted
 *   ordered by a metric → the metric's index is walked in order, each run is tested
 *   otherwise           → runs are walked newest first, each is tested
 *
 * A condition is selective when its index names so few runs that sorting them costs less than the walk
 * is expected to; its index is asked, up to that number.
 */
import { query, type DialectName, type Script, type SqlValue } from '../core/index.ts'
import { trackingErrors } from './errors.ts'
import { numberList } from './number-list.ts'
import { runColumns, type RunRow } from './run-store.ts'
import { joinAnd, type SqlPart } from './search/conditions.ts'
import { afterPlace, orderSql, type OrderColumn } from './search/keyset.ts'
import { parseFilter } from './search/parser.ts'
import { runConditions, type RunCondition, type RunScope } from './search/run-conditions.ts'
import { runOrder, type RunOrder } from './search/run-order.ts'
import { ViewType } from './types.ts'
import { decodePageToken, encodePageToken, type TokenPart } from './wire/paging.ts'

export interface RunSearch {
  readonly experiments: readonly number[]
  readonly filter?: string | undefined
  readonly orderBy?: readonly string[] | undefined
  readonly view?: ViewType | undefined
  readonly maxResults: number
  readonly pageToken?: string | undefined
}

export interface RunRowPage {
  readonly rows: readonly RunRow[]
  readonly nextPageToken: string | undefined
}

const mostRuns = 50_000

export function* searchRunRows(dialect: DialectName, search: RunSearch): Script<RunRowPage> {
  checkLimit(search.maxResults)
  const scope: RunScope = { dialect, experiments: search.experiments }
  const conditions = yield* runConditions(scope, parseFilter(search.filter))
  const order = yield* runOrder(search.orderBy ?? [])
  const kind = JSON.stringify(['runs', search.filter ?? '', search.orderBy ?? []])
  const after = search.pageToken ? decodePageToken(kind, search.pageToken) : undefined
  if (after && after.length !== order.columns.length) {
    throw trackingErrors.TRACKING_PAGE_TOKEN_INVALID()
  }
  if (search.experiments.length === 0) return { rows: [], nextPageToken: undefined }
  const asked: Asked = {
    scope,
    order,
    after,
    tests: [...conditions.map((condition) => condition.test), viewTest(search.view)],
    limit: search.maxResults + 1,
  }
  const source = yield* chooseSource(conditions, asked)
  const rows = yield* find(asked, source)
  const page = rows.slice(0, search.maxResults)
  const last = rows.length > page.length ? page.at(-1) : undefined
  return { rows: page, nextPageToken: last && encodePageToken(kind, placeOf(last, order.columns)) }
}

interface Asked {
  readonly scope: RunScope
  readonly order: RunOrder
  readonly after: readonly TokenPart[] | undefined
  readonly tests: readonly SqlPart[]
  readonly limit: number
}

function checkLimit(asked: number): void {
  if (asked >= 1 && asked <= mostRuns) return
  const expected = asked < 1 ? 'a positive integer' : `at most ${mostRuns}`
  throw trackingErrors.TRACKING_INVALID(
    `Invalid value ${asked} for parameter 'max_results' supplied. It must be ${expected}`,
  )
}

function viewTest(view: ViewType = ViewType.ActiveOnly): SqlPart {
  const stages = {
    [ViewType.ActiveOnly]: "= 'active'",
    [ViewType.DeletedOnly]: "= 'deleted'",
    [ViewType.All]: "in ('active', 'deleted')",
  }
  return { sql: `r.lifecycle_stage ${stages[view]}`, parameters: [] }
}

/** The condition with the fewest runs, if sorting those is cheaper than walking towards them. */
function* chooseSource(
  conditions: readonly RunCondition[],
  asked: Asked,
): Script<SqlPart | undefined> {
  const sources = conditions.flatMap(({ source }) => (source ? [source] : []))
  if (sources.length === 0) return undefined
  let few = yield* worthSorting(asked.limit)
  let chosen: SqlPart | undefined
  for (const source of sources) {
    const [counted] = yield* query<{ n: number }>(
      `select count(*) as n from (${source.sql} limit ?) as c`,
      ...source.parameters,
      few + 1,
    )
    const found = counted?.n ?? 0
    if (found > few) continue
    few = found
    chosen = source
  }
  return chosen
}

/**
 * A walk passes about limit × all ÷ matching runs; sorting handles the matching ones. They cost the
 * same where matching = √(limit × all).
 */
function* worthSorting(limit: number): Script<number> {
  const [newest] = yield* query<{ id: number | null }>('select max(id) as id from tracking_run')
  return Math.min(20_000, Math.max(500, Math.round(Math.sqrt(limit * (newest?.id ?? 0)))))
}

type FoundRow = RunRow & Readonly<Record<`p${number}`, SqlValue>>

function* find(asked: Asked, source: SqlPart | undefined): Script<readonly FoundRow[]> {
  const { order, after } = asked
  if (source) {
    const from = {
      sql: `(${source.sql}) d cross join tracking_run r`,
      parameters: source.parameters,
    }
    const joined = { sql: 'r.id = d.run', parameters: [] }
    return yield* select(asked, { from, tests: [joined], columns: order.columns, after })
  }
  if (order.leadingMetric) return yield* walkMetric(asked, order.leadingMetric)
  const from = { sql: 'tracking_run r', parameters: [] }
  return yield* select(asked, { from, tests: [], columns: order.columns, after })
}

/** Numbers in their order, then NaN, then runs without the metric, as far as rows are wanted. */
function* walkMetric(
  asked: Asked,
  metric: { readonly key: number; readonly descending: boolean },
): Script<FoundRow[]> {
  const [rank, value, ...rest] = asked.order.columns
  if (!rank || !value) return []
  const list = numberList(asked.scope.dialect, asked.scope.experiments)
  const found: FoundRow[] = []
  const firstPhase = asked.after === undefined ? 0 : Number(asked.after[0])
  for (let phase = firstPhase; phase <= 2 && found.length < asked.limit; phase += 1) {
    const started = phase === firstPhase && asked.after !== undefined
    const columns =
      phase === 0 ? [{ sql: 'm.value', descending: metric.descending }, ...rest] : rest
    const after = started ? asked.after.slice(phase === 0 ? 1 : 2) : undefined
    const wanted = { ...asked, limit: asked.limit - found.length }
    const part = phase === 2 ? withoutMetric(metric.key) : withMetric(metric.key, phase, list)
    const rows = yield* select(wanted, { ...part, columns, after })
    found.push(...rows)
  }
  return found
}

type Part = Pick<Selection, 'from' | 'tests'>

function withMetric(key: number, isNan: number, list: ReturnType<typeof numberList>): Part {
  const test = `m.experiment in ${list.sql} and m.key = ? and m.is_nan = ? and r.id = m.run`
  return {
    from: { sql: 'tracking_latest_metric m cross join tracking_run r', parameters: [] },
    tests: [{ sql: test, parameters: [list.parameter, key, isNan] }],
  }
}

function withoutMetric(key: number): Part {
  const test =
    'not exists (select 1 from tracking_latest_metric m where m.run = r.id and m.key = ?)'
  return {
    from: { sql: 'tracking_run r', parameters: [] },
    tests: [{ sql: test, parameters: [key] }],
  }
}

interface Selection {
  readonly from: SqlPart
  readonly tests: readonly SqlPart[]
  readonly columns: readonly OrderColumn[]
  readonly after: readonly TokenPart[] | undefined
}

function* select(asked: Asked, selection: Selection): Script<readonly FoundRow[]> {
  const { scope, order } = asked
  const { from, columns, after } = selection
  const list = numberList(scope.dialect, scope.experiments)
  const within = { sql: `r.experiment in ${list.sql}`, parameters: [list.parameter] }
  const place = after ? [afterPlace(columns, after)] : []
  const where = joinAnd([...selection.tests, within, ...asked.tests, ...place])
  const places = order.columns.map(({ sql }, index) => `${sql} as p${index}`)
  const runs = runColumns.split(', ').map((column) => `r.${column}`)
  return yield* query<FoundRow>(
    `select ${[...runs, ...places].join(', ')} from ${from.sql} ${order.joins}
     where ${where.sql} order by ${orderSql(columns)} limit ?`,
    ...from.parameters,
    ...order.parameters,
    ...where.parameters,
    asked.limit,
  )
}

function placeOf(row: FoundRow, columns: readonly OrderColumn[]): TokenPart[] {
  return columns.map((_, index) => row[`p${index}`] as TokenPart)
}
