import { ResourceType } from '../auth/index.ts'
import { query, readScript, type Ctx, type DialectName } from '../core/index.ts'
import type { Selectable } from 'kysely'
import { trackingErrors } from './errors.ts'
import { withTags } from './experiment-store.ts'
import {
  allowOperators,
  compareInteger,
  compareText,
  joinAnd,
  numberOperators,
  textOperators,
  type SqlPart,
} from './search/conditions.ts'
import { afterPlace, orderSql, withoutRepeats, type OrderColumn } from './search/keyset.ts'
import { parseFilter, parseOrderBy, type Comparison } from './search/parser.ts'
import { readableTest } from './search/readable.ts'
import type { TrackingExperimentTable } from './tables.ts'
import { ViewType, type Experiment } from './types.ts'
import { decodePageToken, encodePageToken } from './wire/paging.ts'

export interface SearchExperimentsInput {
  readonly filter?: string | undefined
  readonly orderBy?: readonly string[] | undefined
  readonly view?: ViewType | undefined
  readonly maxResults: number
  readonly pageToken?: string | undefined
}

export interface ExperimentPage {
  readonly experiments: readonly Experiment[]
  readonly nextPageToken: string | undefined
}

const mostExperiments = 50_000

/** Experiments that the caller may read and a filter finds; the newest come first. */
export async function searchExperiments(
  ctx: Ctx,
  input: SearchExperimentsInput,
): Promise<ExperimentPage> {
  const limit = checkLimit(input.maxResults)
  const { dialect } = ctx.database
  const order = experimentOrder(input.orderBy ?? [])
  const kind = JSON.stringify(['experiments', input.filter ?? '', input.orderBy ?? []])
  const place = input.pageToken ? [afterPlace(order, decodePageToken(kind, input.pageToken))] : []
  const conditions = parseFilter(input.filter).map((each) => toCondition(dialect, each))
  const mayRead = await readableTest(ctx, ResourceType.Experiment, 'cast(e.id as text)')
  const where = joinAnd([...conditions, viewTest(input.view), mayRead, ...place])
  const rows = await readScript(
    ctx,
    query<Selectable<TrackingExperimentTable>>(
      `select e.id, e.name, e.artifact_location, e.lifecycle_stage, e.created_at, e.updated_at
       from tracking_experiment e where ${where.sql} order by ${orderSql(order)} limit ?`,
      ...where.parameters,
      limit + 1,
    ),
  )
  const page = rows.slice(0, limit)
  const last = rows.length > limit ? page.at(-1) : undefined
  return {
    experiments: await withTags(ctx.db, page),
    nextPageToken: last && encodePageToken(kind, placeOf(last, order)),
  }
}

function checkLimit(asked: number): number {
  if (asked >= 1 && asked <= mostExperiments) return asked
  const expected = asked < 1 ? 'a positive integer' : `at most ${mostExperiments}`
  throw trackingErrors.TRACKING_INVALID(
    `Invalid value ${asked} for parameter 'max_results' supplied. It must be ${expected}`,
  )
}

function viewTest(view: ViewType = ViewType.ActiveOnly): SqlPart {
  if (view === ViewType.All) return { sql: '1 = 1', parameters: [] }
  const stage = view === ViewType.ActiveOnly ? 'active' : 'deleted'
  return { sql: 'e.lifecycle_stage = ?', parameters: [stage] }
}

function toCondition(dialect: DialectName, comparison: Comparison): SqlPart {
  const { entity, key } = comparison
  if (entity === 'tag') return tagTest(dialect, comparison)
  if (entity === 'attribute') {
    if (key === 'name') {
      allowOperators(comparison, textOperators)
      return compareText(dialect, 'e.name', comparison)
    }
    const column = timeColumns[key]
    if (column !== undefined) {
      allowOperators(comparison, numberOperators)
      return compareInteger(column, comparison)
    }
  }
  throw trackingErrors.TRACKING_FILTER_INVALID(
    comparison.at,
    `Invalid ${entity} key '${key}' specified. Valid keys are name, creation_time, last_update_time and tags.<key>`,
  )
}

const timeColumns: Readonly<Record<string, string>> = {
  creation_time: 'e.created_at',
  last_update_time: 'e.updated_at',
}

function tagTest(dialect: DialectName, comparison: Comparison): SqlPart {
  allowOperators(comparison, [...textOperators, 'IS NULL', 'IS NOT NULL'])
  const has = 'select 1 from tracking_experiment_tag t where t.experiment = e.id and t.key = ?'
  const { operator, key } = comparison
  if (operator === 'IS NULL') return { sql: `not exists (${has})`, parameters: [key] }
  if (operator === 'IS NOT NULL') return { sql: `exists (${has})`, parameters: [key] }
  const value = compareText(dialect, 't.value', comparison)
  return { sql: `exists (${has} and ${value.sql})`, parameters: [key, ...value.parameters] }
}

const orderColumns: Readonly<Record<string, string>> = {
  name: 'e.name',
  experiment_id: 'e.id',
  ...timeColumns,
}

function experimentOrder(orderBy: readonly string[]): OrderColumn[] {
  const columns = orderBy.map((text): OrderColumn => {
    const { key, ascending } = parseOrderBy(text)
    const sql = orderColumns[key]
    if (sql !== undefined) return { sql, descending: !ascending }
    throw trackingErrors.TRACKING_INVALID(
      `Invalid attribute key '${key}' specified. Valid keys are ${Object.keys(orderColumns).join(', ')}`,
    )
  })
  const asked = columns.length > 0 ? columns : [{ sql: 'e.created_at', descending: true }]
  return withoutRepeats([...asked, { sql: 'e.id', descending: false }])
}

function placeOf(
  row: Selectable<TrackingExperimentTable>,
  order: readonly OrderColumn[],
): (string | number)[] {
  const values: Readonly<Record<string, string | number>> = {
    'e.name': row.name,
    'e.id': row.id,
    'e.created_at': row.created_at,
    'e.updated_at': row.updated_at,
  }
  return order.map(({ sql }) => values[sql] ?? 0)
}
