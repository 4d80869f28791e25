import { query, readScript, type Ctx, type DialectName, type SqlValue } from '../core/index.ts'
import { trackingErrors } from './errors.ts'
import { loadLoggedModels } from './logged-model-reads.ts'
import type { LoggedModelRow } from './logged-model-store.ts'
import { numberList } from './number-list.ts'
import {
  allowOperators,
  compareInteger,
  compareNumber,
  compareText,
  joinAnd,
  listOperators,
  numberOperators,
  textOperators,
  type SqlPart,
} from './search/conditions.ts'
import { afterPlace, orderSql, withoutRepeats, type OrderColumn } from './search/keyset.ts'
import { parseFilter, parseOrderBy, type Comparison } from './search/parser.ts'
import type { LoggedModel } from './types.ts'
import { parseExperimentId } from './validation.ts'
import { decodePageToken, encodePageToken, type TokenPart } from './wire/paging.ts'

export interface DatasetFilter {
  readonly name: string
  readonly digest?: string | undefined
}

export interface LoggedModelOrder {
  /** `creation_timestamp`, `metrics.auc`, … */
  readonly field: string
  readonly ascending: boolean
  /** Only the metric's values on this dataset count. */
  readonly dataset?: DatasetFilter | undefined
}

export interface SearchLoggedModelsInput {
  readonly experimentIds: readonly string[]
  readonly filter?: string | undefined
  /** Metric conditions count only values on these. */
  readonly datasets?: readonly DatasetFilter[] | undefined
  readonly orderBy?: readonly LoggedModelOrder[] | undefined
  /** @default 50 */
  readonly maxResults?: number | undefined
  readonly pageToken?: string | undefined
}

export interface LoggedModelPage {
  readonly models: readonly LoggedModel[]
  readonly nextPageToken: string | undefined
}

const mostModels = 1_000

/** Logged models that a filter finds; the newest come first. */
export async function searchLoggedModels(
  ctx: Ctx,
  input: SearchLoggedModelsInput,
): Promise<LoggedModelPage> {
  const limit = checkLimit(input.maxResults ?? 50)
  const { dialect } = ctx.database
  const order = modelOrder(input.orderBy ?? [])
  const kind = JSON.stringify([
    'logged-models',
    input.experimentIds,
    input.filter ?? '',
    input.orderBy ?? [],
  ])
  const place = input.pageToken
    ? [afterPlace(order.columns, decodePageToken(kind, input.pageToken))]
    : []
  const experiments = numberList(dialect, input.experimentIds.map(parseExperimentId))
  const where = joinAnd([
    { sql: `g.experiment in ${experiments.sql}`, parameters: [experiments.parameter] },
    { sql: "g.lifecycle_stage = 'active'", parameters: [] },
    ...conditionsOf(dialect, input),
    ...place,
  ])
  const places = order.columns.map(({ sql }, index) => `${sql} as p${index}`)
  const rows = await readScript(
    ctx,
    query<LoggedModelRow & Readonly<Record<`p${number}`, SqlValue>>>(
      `select g.*, ${places.join(', ')} from tracking_logged_model g ${order.joins}
       where ${where.sql} order by ${orderSql(order.columns)} limit ?`,
      ...order.parameters,
      ...where.parameters,
      limit + 1,
    ),
  )
  const page = rows.slice(0, limit)
  const last = rows.length > limit ? page.at(-1) : undefined
  const lastPlace = order.columns.map((_, index) => last?.[`p${index}`] as TokenPart)
  return {
    models: await loadLoggedModels(ctx.db, page),
    nextPageToken: last && encodePageToken(kind, lastPlace),
  }
}

function checkLimit(asked: number): number {
  if (asked >= 1 && asked <= mostModels) return asked
  throw trackingErrors.TRACKING_INVALID(
    `Invalid value ${asked} for parameter 'max_results' supplied. It must be between 1 and ${mostModels}`,
  )
}

function conditionsOf(dialect: DialectName, input: SearchLoggedModelsInput): SqlPart[] {
  const datasets = input.datasets ?? []
  const comparisons = parseFilter(input.filter)
  const conditions = comparisons.map((each) => toCondition(dialect, each, datasets))
  const narrowed = comparisons.some((each) => each.entity === 'metric')
  if (datasets.length > 0 && !narrowed) conditions.push(hasMetric(undefined, datasets))
  return conditions
}

const textColumns: Readonly<Record<string, string>> = {
  name: 'g.name',
  model_id: 'g.model_id',
  model_type: 'g.model_type',
  status: 'g.status',
  source_run_id: 'g.source_run_id',
}

const timeColumns: Readonly<Record<string, string>> = {
  creation_timestamp: 'g.created_at',
  creation_time: 'g.created_at',
  last_updated_timestamp: 'g.updated_at',
}

function toCondition(
  dialect: DialectName,
  comparison: Comparison,
  datasets: readonly DatasetFilter[],
): SqlPart {
  const { entity, key } = comparison
  if (entity === 'metric') {
    allowOperators(comparison, numberOperators)
    return hasMetric(comparison, datasets)
  }
  if (entity === 'param' || entity === 'tag') return pairTest(dialect, comparison)
  const text = textColumns[key]
  if (entity === 'attribute' && text !== undefined) {
    allowOperators(comparison, listOperators)
    return compareText(dialect, text, key === 'status' ? withFullStatus(comparison) : comparison)
  }
  const time = timeColumns[key]
  if (entity === 'attribute' && time !== undefined) {
    allowOperators(comparison, numberOperators)
    return compareInteger(time, comparison)
  }
  const known = [...Object.keys(textColumns), ...Object.keys(timeColumns)].join(', ')
  throw trackingErrors.TRACKING_FILTER_INVALID(
    comparison.at,
    `Invalid ${entity} key '${key}' specified. Valid attributes are ${known}`,
  )
}

/** Filters say READY where the wire says LOGGED_MODEL_READY. */
function withFullStatus(comparison: Comparison): Comparison {
  const full = (status: string) =>
    status.startsWith('LOGGED_MODEL_') ? status : `LOGGED_MODEL_${status}`
  const { value } = comparison
  if (typeof value === 'string') return { ...comparison, value: full(value) }
  return Array.isArray(value) ? { ...comparison, value: value.map(full) } : comparison
}

function hasMetric(
  comparison: Comparison | undefined,
  datasets: readonly DatasetFilter[],
): SqlPart {
  const value = comparison ? compareNumber('x.value', comparison) : { sql: '1 = 1', parameters: [] }
  const key = comparison ? ' and x.key = ? and x.is_nan = 0' : ''
  const on = onDatasets('x', datasets)
  return {
    sql: `exists (select 1 from tracking_logged_model_metric x
      where x.model = g.id${key} and ${value.sql} and ${on.sql})`,
    parameters: [...(comparison ? [comparison.key] : []), ...value.parameters, ...on.parameters],
  }
}

function onDatasets(alias: string, datasets: readonly DatasetFilter[]): SqlPart {
  if (datasets.length === 0) return { sql: '1 = 1', parameters: [] }
  const each = datasets.map(({ name, digest }) => ({
    sql: `(${alias}.dataset_name = ? and ${alias}.dataset_digest = ?)`,
    parameters: [name, digest ?? ''],
  }))
  return {
    sql: `(${each.map((part) => part.sql).join(' or ')})`,
    parameters: each.flatMap((part) => part.parameters),
  }
}

function pairTest(dialect: DialectName, comparison: Comparison): SqlPart {
  allowOperators(comparison, [...textOperators, 'IS NULL', 'IS NOT NULL'])
  const table = `tracking_logged_model_${comparison.entity}`
  const has = `select 1 from ${table} t where t.model = g.id and t.key = ?`
  const { operator, key } = comparison
  if (operator === 'IS NULL') return { sql: `not exists (${has})`, parameters: [key] }
  if (operator === 'IS NOT NULL') return { sql: `exists (${has})`, parameters: [key] }
  const value = compareText(dialect, 't.value', comparison)
  return { sql: `exists (${has} and ${value.sql})`, parameters: [key, ...value.parameters] }
}

interface ModelOrder {
  readonly joins: string
  readonly parameters: readonly SqlValue[]
  readonly columns: readonly OrderColumn[]
}

function modelOrder(orderBy: readonly LoggedModelOrder[]): ModelOrder {
  const joins: string[] = []
  const parameters: SqlValue[] = []
  const columns: OrderColumn[] = []
  for (const { field, ascending, dataset } of orderBy) {
    const { entity, key } = parseOrderBy(field)
    const descending = !ascending
    const attribute = timeColumns[key] ?? textColumns[key]
    if (entity === 'attribute' && attribute !== undefined) {
      columns.push({ sql: attribute, descending })
    } else if (entity === 'metric') {
      const alias = `o${joins.length}`
      const on = onDatasets('x', dataset ? [dataset] : [])
      joins.push(latestMetric(alias, on))
      parameters.push(key, ...on.parameters)
      columns.push(
        { sql: `coalesce(${alias}.is_nan, 2)`, descending: false },
        { sql: `coalesce(${alias}.value, 0)`, descending },
      )
    } else {
      throw trackingErrors.TRACKING_INVALID(
        `Invalid order by field name: ${field}. Use an attribute or metrics.<key>`,
      )
    }
  }
  const all = [
    ...columns,
    { sql: 'g.created_at', descending: true },
    { sql: 'g.model_id', descending: false },
  ]
  return { joins: joins.join('\n'), parameters, columns: withoutRepeats(all) }
}

/** Joins the latest value of a metric, by time and step. */
function latestMetric(alias: string, on: SqlPart): string {
  return `left join (
    select model, value, is_nan, row_number() over
      (partition by model order by timestamp desc, step desc, run_id) as place
    from tracking_logged_model_metric x where x.key = ? and ${on.sql}
  ) ${alias} on ${alias}.model = g.id and ${alias}.place = 1`
}
