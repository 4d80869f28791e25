/** Runs gathered by a value that they share: one row for each group, summaries of columns beside it. */
import { query, type DialectName, type Script, type SqlValue } from '../core/index.ts'
import { findKey } from './keys.ts'
import { among, numberList } from './number-list.ts'
import { viewTest } from './run-search.ts'
import { joinAnd, type SqlPart } from './search/conditions.ts'
import { runConditions, type RunScope } from './search/run-conditions.ts'
import type { Comparison } from './search/parser.ts'
import type { ViewType } from './types.ts'

export interface RunGroupRow {
  /** Null for runs without the value. */
  readonly value: string | null
  readonly runs: number
  readonly least_status: string
  readonly statuses: number
  readonly least_user: string
  readonly users: number
  /** Of the runs that ended, in milliseconds. */
  readonly mean_duration: number | null
  readonly newest_start: number
}

export interface MetricSummaryRow {
  readonly value: string | null
  readonly key: string
  readonly runs: number
  readonly mean: number
  readonly least: number
  readonly most: number
}

export interface TextSummaryRow {
  readonly value: string | null
  readonly key: string
  /** How many different texts there are, and the first of them. */
  readonly texts: number
  readonly first: string
}

export type GroupKey =
  | { readonly entity: 'param' | 'tag'; readonly key: string }
  | { readonly entity: 'attribute'; readonly key: 'status' | 'user_id' }
  | { readonly entity: 'dataset' }
  /** The run's parent; a run without one is its own. */
  | { readonly entity: 'parent' }

/** The runs that are grouped: `run`, `g` and what summaries need of each. */
export function* matchedRuns(
  scope: RunScope,
  asked: { readonly comparisons: readonly Comparison[]; readonly view: ViewType },
  group: GroupKey,
): Script<SqlPart> {
  const conditions = yield* runConditions(scope, asked.comparisons)
  const within = among(scope.dialect, 'r.experiment', scope.experiments)
  const tests = conditions.map((condition) => condition.test('r.id'))
  const where = joinAnd([within, viewTest(asked.view), ...tests])
  const { join, value } = yield* groupSql(group)
  return {
    sql: `select r.id as run, ${value} as g, r.status, r.user_id, r.started_at, r.ended_at
      from tracking_run r ${join.sql} where ${where.sql}`,
    parameters: [...join.parameters, ...where.parameters],
  }
}

const noJoin: SqlPart = { sql: '', parameters: [] }
const parentTag = 'mlflow.parentRunId'
const firstDataset = `(select d.name from tracking_run_dataset i
  join tracking_dataset d on d.id = i.dataset where i.run = r.id order by i.dataset limit 1)`

function* groupSql(group: GroupKey): Script<{ readonly join: SqlPart; readonly value: string }> {
  switch (group.entity) {
    case 'attribute':
      return { join: noJoin, value: `r.${group.key}` }
    case 'dataset':
      return { join: noJoin, value: firstDataset }
    case 'parent':
      return {
        join: yield* pairJoin('tracking_tag', parentTag),
        value: 'coalesce(p.value, r.run_id)',
      }
    case 'param':
    case 'tag':
      return { join: yield* pairJoin(`tracking_${group.entity}`, group.key), value: 'p.value' }
  }
}

function* pairJoin(table: string, name: string): Script<SqlPart> {
  // A name that was never logged has no number, and no run has it.
  const key = (yield* findKey(name)) ?? -1
  return { sql: `left join ${table} p on p.run = r.id and p.key = ?`, parameters: [key] }
}

/** The groups, those with the newest runs first. */
export function* loadGroups(matched: SqlPart, limit: number): Script<readonly RunGroupRow[]> {
  return yield* query<RunGroupRow>(
    `select m.g as value, count(*) as runs,
       min(m.status) as least_status, count(distinct m.status) as statuses,
       min(m.user_id) as least_user, count(distinct m.user_id) as users,
       avg(cast(m.ended_at - m.started_at as double precision)) as mean_duration,
       max(m.started_at) as newest_start
     from (${matched.sql}) m group by m.g order by newest_start desc, m.g limit ?`,
    ...matched.parameters,
    limit,
  )
}

/** Only the runs of these groups: where there are more groups than are shown, most runs are in others. */
export function ofGroups(
  dialect: DialectName,
  matched: SqlPart,
  values: readonly (string | null)[],
): SqlPart {
  const list =
    dialect === 'sqlite' ? 'json_each(?)' : 'json_array_elements_text(?::json) as j(value)'
  return {
    sql: `select * from (${matched.sql}) a where a.g is null or a.g in (select value from ${list})`,
    parameters: [...matched.parameters, JSON.stringify(values.filter((one) => one !== null))],
  }
}

interface Keys {
  readonly list: { readonly sql: string; readonly parameter: string }
  readonly names: ReadonlyMap<number, string>
}

function* keysOf(dialect: DialectName, names: readonly string[]): Script<Keys | undefined> {
  if (names.length === 0) return undefined
  const marks = names.map(() => '?').join(', ')
  const rows = yield* query<{ id: number; name: string }>(
    `select id, name from tracking_key where name in (${marks})`,
    ...names,
  )
  if (rows.length === 0) return undefined
  const list = numberList(
    dialect,
    rows.map((row) => row.id),
  )
  return { list, names: new Map(rows.map((row) => [row.id, row.name])) }
}

type Numbered<Row> = Omit<Row, 'key'> & { readonly key: number }

function named<Row extends { readonly key: string }>(
  rows: readonly Numbered<Row>[],
  { names }: Keys,
): Row[] {
  return rows.map((row) => ({ ...row, key: names.get(row.key) ?? '' }) as unknown as Row)
}

/** Of numbers only: NaN and ±Infinity have no mean. */
export function* summariseMetrics(
  dialect: DialectName,
  matched: SqlPart,
  metrics: readonly string[],
): Script<readonly MetricSummaryRow[]> {
  const keys = yield* keysOf(dialect, metrics)
  if (keys === undefined) return []
  const rows = yield* query<Numbered<MetricSummaryRow>>(
    `select m.g as value, l.key, count(*) as runs, avg(l.value) as mean,
       min(l.value) as least, max(l.value) as most
     from (${matched.sql}) m cross join tracking_latest_metric l
     where l.run = m.run and l.key in ${keys.list.sql} and l.is_nan = 0
       and l.value between -1.7e308 and 1.7e308
     group by m.g, l.key`,
    ...matched.parameters,
    keys.list.parameter,
  )
  return named(rows, keys)
}

export function* summariseTexts(
  dialect: DialectName,
  matched: SqlPart,
  {
    table,
    names,
  }: { readonly table: 'tracking_param' | 'tracking_tag'; readonly names: readonly string[] },
): Script<readonly TextSummaryRow[]> {
  const keys = yield* keysOf(dialect, names)
  if (keys === undefined) return []
  const parameters: readonly SqlValue[] = [...matched.parameters, keys.list.parameter]
  const rows = yield* query<Numbered<TextSummaryRow>>(
    `select m.g as value, t.key, count(distinct t.value) as texts, min(t.value) as first
     from (${matched.sql}) m cross join ${table} t
     where t.run = m.run and t.key in ${keys.list.sql} group by m.g, t.key`,
    ...parameters,
  )
  return named(rows, keys)
}

/** Names of runs, by their ids: what a group of child runs is called. */
export function* loadRunNames(ids: readonly string[]): Script<ReadonlyMap<string, string>> {
  if (ids.length === 0) return new Map()
  const marks = ids.map(() => '?').join(', ')
  const rows = yield* query<{ run_id: string; name: string }>(
    `select run_id, name from tracking_run where run_id in (${marks})`,
    ...ids,
  )
  return new Map(rows.map((row) => [row.run_id, row.name]))
}
