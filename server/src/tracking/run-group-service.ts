import { readScript, type Ctx } from '../core/index.ts'
import { trackingErrors } from './errors.ts'
import {
  loadGroups,
  loadRunNames,
  matchedRuns,
  ofGroups,
  summariseMetrics,
  summariseTexts,
  type GroupKey,
  type MetricSummaryRow,
  type TextSummaryRow,
} from './run-group-reads.ts'
import { parseFilter } from './search/parser.ts'
import { ViewType } from './types.ts'
import { parseExperimentId } from './validation.ts'

export interface GroupRunsInput {
  readonly experimentIds: readonly string[]
  readonly filter?: string | undefined
  /** @default ACTIVE_ONLY */
  readonly view?: ViewType | undefined
  /** `params.depth`, `tags.team`, `attributes.status`, `attributes.user_id`, `dataset`, `parent`. */
  readonly groupBy: string
  /** Names to summarise. */
  readonly metrics: readonly string[]
  readonly params: readonly string[]
  readonly tags: readonly string[]
}

export interface RunGroup {
  /** Undefined for runs without the value. */
  readonly value: string | undefined
  /** What to show for the value, where it is an id. */
  readonly name: string | undefined
  readonly runs: number
  readonly status: TextSummary
  readonly user: TextSummary
  readonly meanDurationMs: number | undefined
  readonly newestStart: number
  readonly metrics: readonly Omit<MetricSummaryRow, 'value'>[]
  readonly params: readonly TextSummaryOf[]
  readonly tags: readonly TextSummaryOf[]
}

export interface TextSummary {
  readonly texts: number
  readonly first: string
}

export interface TextSummaryOf extends TextSummary {
  readonly key: string
}

export interface RunGroups {
  readonly groups: readonly RunGroup[]
  /** There are more groups than are shown. */
  readonly isCut: boolean
}

const mostGroups = 1_000

/** Gathers the runs that a filter finds by a value that they share; groups with the newest runs first. */
export async function groupRuns(ctx: Ctx, input: GroupRunsInput): Promise<RunGroups> {
  const { dialect } = ctx.database
  const experiments = [...new Set(input.experimentIds.map(parseExperimentId))]
  const group = parseGroupKey(input.groupBy)
  const comparisons = parseFilter(input.filter)
  const asked = { comparisons, view: input.view ?? ViewType.ActiveOnly }
  const all = await readScript(ctx, matchedRuns({ dialect, experiments }, asked, group))
  // A statement at a time: on SQLite each holds the process, and others may come between them.
  const rows = await readScript(ctx, loadGroups(all, mostGroups + 1))
  const isCut = rows.length > mostGroups
  const shown = rows.slice(0, mostGroups)
  const values = shown.map(({ value }) => value)
  const matched = isCut ? ofGroups(dialect, all, values) : all
  const metrics = await readScript(ctx, summariseMetrics(dialect, matched, input.metrics))
  const texts = (table: 'tracking_param' | 'tracking_tag', names: readonly string[]) =>
    readScript(ctx, summariseTexts(dialect, matched, { table, names }))
  const params = byValue(await texts('tracking_param', input.params))
  const tags = byValue(await texts('tracking_tag', input.tags))
  const ids = group.entity === 'parent' ? values.flatMap((value) => value ?? []) : []
  const names = await readScript(ctx, loadRunNames(ids))
  const metricsOf = byValue(metrics)
  const groups = shown.map((row): RunGroup => ({
    value: row.value ?? undefined,
    name: row.value === null ? undefined : names.get(row.value),
    runs: row.runs,
    status: { texts: row.statuses, first: row.least_status },
    user: { texts: row.users, first: row.least_user },
    meanDurationMs: row.mean_duration ?? undefined,
    newestStart: row.newest_start,
    metrics: metricsOf.get(row.value) ?? [],
    params: params.get(row.value) ?? [],
    tags: tags.get(row.value) ?? [],
  }))
  return { groups, isCut }
}

function byValue<Row extends MetricSummaryRow | TextSummaryRow>(
  rows: readonly Row[],
): ReadonlyMap<string | null, readonly Row[]> {
  return Map.groupBy(rows, (row) => row.value)
}

function parseGroupKey(text: string): GroupKey {
  if (text === 'dataset' || text === 'parent') return { entity: text }
  const dot = text.indexOf('.')
  const [kind, key] = [text.slice(0, dot), text.slice(dot + 1)]
  if (kind === 'params' && key !== '') return { entity: 'param', key }
  if (kind === 'tags' && key !== '') return { entity: 'tag', key }
  if (kind === 'attributes' && (key === 'status' || key === 'user_id')) {
    return { entity: 'attribute', key }
  }
  throw trackingErrors.TRACKING_INVALID(
    `Runs cannot be grouped by '${text}'; give params.NAME, tags.NAME, attributes.status, attributes.user_id, dataset or parent`,
  )
}
