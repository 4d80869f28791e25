/**
 * Searches for runs. Three plans, none of which depends on statistics:
 *
 *   selective condition                → its index names the few runs, which are tested and sorted
 *   ordered by a metric, param or tag  → that index is walked in order, each run is tested
 *   otherwise                          → runs are walked newest first, each is tested
 *
 * A condition is selective when its index names so few runs that sorting them costs less than the walk
 * is expected to; its index is asked, up to that number. An index keeps its order within one experiment
 * only, so on SQLite several experiments are searched one by one and merged.
 */
import { query, type DialectName, type Script } from '../core/index.ts'
import { trackingErrors } from './errors.ts'
import { placeOf, sortFew, walkLeading, walkRuns, type Asked, type FoundRow } from './run-walk.ts'
import type { SqlPart } from './search/conditions.ts'
import type { OrderColumn } from './search/keyset.ts'
import { parseFilter, type Comparison } from './search/parser.ts'
import { runConditions, type RunCondition } from './search/run-conditions.ts'
import { runOrder } from './search/run-order.ts'
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

export interface FoundRuns {
  /** Their numbers, in the order asked for. */
  readonly ids: readonly number[]
  readonly nextPageToken: string | undefined
}

const mostRuns = 50_000
/** More experiments than these are searched at once: one by one would cost more. */
const mostMerged = 30

export function* findRuns(dialect: DialectName, search: RunSearch): Script<FoundRuns> {
  checkLimit(search.maxResults)
  const comparisons = parseFilter(search.filter)
  const order = yield* runOrder(search.orderBy ?? [])
  const kind = JSON.stringify(['runs', search.filter ?? '', search.orderBy ?? []])
  const after = readPlace(search, kind, order.columns)
  const view = search.view ?? ViewType.ActiveOnly
  const limit = search.maxResults + 1
  const scopes = scopesOf(dialect, search.experiments)
  const found: FoundRow[] = []
  for (const experiments of scopes) {
    const asked = { scope: { dialect, experiments }, order, after, limit, view }
    found.push(...(yield* findIn(asked, comparisons)))
  }
  const rows = scopes.length > 1 ? mergeRows(found, order.columns) : found
  const page = rows.slice(0, search.maxResults)
  const last = rows.length > page.length ? page.at(-1) : undefined
  return {
    ids: page.map(({ id }) => id),
    nextPageToken: last && encodePageToken(kind, placeOf(last, order.columns)),
  }
}

function readPlace(
  search: RunSearch,
  kind: string,
  columns: readonly OrderColumn[],
): readonly TokenPart[] | undefined {
  if (!search.pageToken) return undefined
  const place = decodePageToken(kind, search.pageToken)
  if (place.length === columns.length) return place
  throw trackingErrors.TRACKING_PAGE_TOKEN_INVALID()
}

/** Experiments that are searched together. */
function scopesOf(
  dialect: DialectName,
  experiments: readonly number[],
): readonly (readonly number[])[] {
  const isMerged = dialect === 'sqlite' && experiments.length > 1
  return isMerged && experiments.length <= mostMerged
    ? experiments.map((one) => [one])
    : [experiments]
}

function* findIn(
  asked: Omit<Asked, 'tests'> & { readonly view: ViewType },
  comparisons: readonly Comparison[],
): Script<readonly FoundRow[]> {
  const conditions = yield* runConditions(asked.scope, comparisons)
  if (asked.scope.experiments.length === 0) return []
  const view = viewTest(asked.view)
  const tests = [...conditions.map((condition) => condition.test), () => view]
  const source = yield* chooseSource(conditions, asked.limit)
  if (source) return yield* sortFew({ ...asked, tests }, source)
  const { leading } = asked.order
  const hasIndex = leading?.entity === 'metric' || asked.scope.dialect === 'sqlite'
  if (leading && hasIndex) return yield* walkLeading({ ...asked, tests }, leading)
  return yield* walkRuns({ ...asked, tests })
}

function checkLimit(asked: number): void {
  if (asked >= 1 && asked <= mostRuns) return
  const expected = asked < 1 ? 'a positive integer' : `at most ${mostRuns}`
  throw trackingErrors.TRACKING_INVALID(
    `Invalid value ${asked} for parameter 'max_results' supplied. It must be ${expected}`,
  )
}

/** A test of a row `r` of `tracking_run`. */
export function viewTest(view: ViewType): SqlPart {
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
  limit: number,
): Script<SqlPart | undefined> {
  const sources = conditions.flatMap(({ source }) => (source ? [source] : []))
  if (sources.length === 0) return undefined
  let few = yield* worthSorting(limit)
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

/** How many runs of a walk cost as much as one that is fetched by its number and sorted. */
const walkedPerSorted = 5

/**
 * A walk passes about limit × all ÷ matching runs; sorting handles the matching ones. They cost the
 * same where matching = √(limit × all ÷ walkedPerSorted).
 */
function* worthSorting(limit: number): Script<number> {
  const [newest] = yield* query<{ id: number | null }>('select max(id) as id from tracking_run')
  const balance = Math.sqrt((limit * (newest?.id ?? 0)) / walkedPerSorted)
  return Math.min(20_000, Math.max(500, Math.round(balance)))
}

/** Rows of several searches in the one order that each of them has. */
function mergeRows(rows: readonly FoundRow[], columns: readonly OrderColumn[]): FoundRow[] {
  const placed = rows.map((row) => ({ row, place: placeOf(row, columns) }))
  placed.sort((a, b) => {
    for (const [index, { descending }] of columns.entries()) {
      const order = compareParts(a.place[index] ?? null, b.place[index] ?? null)
      if (order !== 0) return descending ? -order : order
    }
    return 0
  })
  return placed.map(({ row }) => row)
}

/** As SQLite compares: numbers by value, text byte by byte. */
function compareParts(a: TokenPart, b: TokenPart): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b
  return Buffer.compare(Buffer.from(String(a)), Buffer.from(String(b)))
}
