import type { DialectName, Script } from '../../core/index.ts'
import { trackingErrors } from '../errors.ts'
import { findKey } from '../keys.ts'
import { numberList } from '../number-list.ts'
import {
  allowOperators,
  compareInteger,
  compareNumber,
  compareText,
  listOperators,
  numberOperators,
  shown,
  textOf,
  textOperators,
  type SqlPart,
} from './conditions.ts'
import type { Comparison } from './parser.ts'

/** What runs are searched among. */
export interface RunScope {
  readonly dialect: DialectName
  readonly experiments: readonly number[]
}

/** One condition on runs, as a test of a row `r` and, where an index finds its runs, as a source of them. */
export interface RunCondition {
  readonly test: SqlPart
  /** `select … as run …`: the numbers of all runs that meet the condition. */
  readonly source?: SqlPart
}

/** Turns the comparisons of a filter on runs into SQL; names that were never logged find nothing. */
export function* runConditions(
  scope: RunScope,
  comparisons: readonly Comparison[],
): Script<RunCondition[]> {
  const conditions: RunCondition[] = []
  for (const comparison of comparisons) conditions.push(yield* toCondition(scope, comparison))
  return conditions
}

function* toCondition(scope: RunScope, comparison: Comparison): Script<RunCondition> {
  switch (comparison.entity) {
    case 'metric':
      return yield* metricCondition(scope, comparison)
    case 'param':
      return yield* pairCondition(scope, comparison, 'tracking_param')
    case 'tag':
      return yield* pairCondition(scope, comparison, 'tracking_tag')
    case 'dataset':
      return { test: datasetTest(scope.dialect, comparison) }
    case 'attribute':
      return yield* attributeCondition(scope, comparison)
    case 'metadata':
      throw unknownName(comparison, Object.keys(runAttributes))
  }
}

const nothing: SqlPart = { sql: '1 = 0', parameters: [] }
const everything: SqlPart = { sql: '1 = 1', parameters: [] }

function* metricCondition(scope: RunScope, comparison: Comparison): Script<RunCondition> {
  allowOperators(comparison, numberOperators)
  const value = compareNumber('m.value', comparison)
  const key = yield* findKey(comparison.key)
  if (key === undefined) return { test: nothing }
  const test = {
    sql: `exists (select 1 from tracking_latest_metric m
      where m.run = r.id and m.key = ? and m.is_nan = 0 and ${value.sql})`,
    parameters: [key, ...value.parameters],
  }
  if (comparison.operator === '!=') return { test }
  const list = numberList(scope.dialect, scope.experiments)
  const source = {
    sql: `select m.run from tracking_latest_metric m where m.experiment in ${list.sql}
      and m.key = ? and m.is_nan = 0 and ${value.sql}`,
    parameters: [list.parameter, key, ...value.parameters],
  }
  return { test, source }
}

type PairTable = 'tracking_param' | 'tracking_tag'

function* pairCondition(
  scope: RunScope,
  comparison: Comparison,
  table: PairTable,
): Script<RunCondition> {
  allowOperators(comparison, [...textOperators, 'IS NULL', 'IS NOT NULL'])
  const { operator } = comparison
  const value = operator.startsWith('IS')
    ? everything
    : compareText(scope.dialect, 't.value', comparison)
  const key = yield* findKey(comparison.key)
  if (key === undefined) return { test: operator === 'IS NULL' ? everything : nothing }
  const exists = `exists (select 1 from ${table} t where t.run = r.id and t.key = ? and ${value.sql})`
  const test = {
    sql: operator === 'IS NULL' ? `not ${exists}` : exists,
    parameters: [key, ...value.parameters],
  }
  if (operator !== '=') return { test }
  return { test, source: pairSource(scope, { table, key, value: textOf(comparison) }) }
}

interface Pair {
  readonly table: PairTable
  readonly key: number
  readonly value: string
}

function pairSource({ dialect, experiments }: RunScope, { table, key, value }: Pair): SqlPart {
  const list = numberList(dialect, experiments)
  return {
    sql: `select t.run from ${table} t where t.experiment in ${list.sql} and t.key = ?
      and substr(t.value, 1, 64) = substr(cast(? as text), 1, 64) and t.value = ?`,
    parameters: [list.parameter, key, value, value],
  }
}

const datasetColumns: Readonly<Record<string, string>> = { name: 'd.name', digest: 'd.digest' }

function datasetTest(dialect: DialectName, comparison: Comparison): SqlPart {
  allowOperators(comparison, listOperators)
  if (comparison.key === 'context') {
    const value = compareText(dialect, 'c.value', comparison)
    return {
      sql: `exists (select 1 from tracking_run_dataset_tag c
        where c.run = r.id and c.name = 'mlflow.data.context' and ${value.sql})`,
      parameters: value.parameters,
    }
  }
  const column = datasetColumns[comparison.key]
  if (column === undefined) throw unknownName(comparison, ['name', 'digest', 'context'])
  const value = compareText(dialect, column, comparison)
  return {
    sql: `exists (select 1 from tracking_run_dataset i join tracking_dataset d on d.id = i.dataset
      where i.run = r.id and ${value.sql})`,
    parameters: value.parameters,
  }
}

/** Attributes of a run by the names that MLflow knows them under. */
export const runAttributes: Readonly<
  Record<string, { readonly column: string; readonly kind: 'text' | 'number' }>
> = {
  run_id: { column: 'r.run_id', kind: 'text' },
  run_name: { column: 'r.name', kind: 'text' },
  'run name': { column: 'r.name', kind: 'text' },
  'Run name': { column: 'r.name', kind: 'text' },
  'Run Name': { column: 'r.name', kind: 'text' },
  status: { column: 'r.status', kind: 'text' },
  user_id: { column: 'r.user_id', kind: 'text' },
  artifact_uri: { column: 'r.artifact_uri', kind: 'text' },
  start_time: { column: 'r.started_at', kind: 'number' },
  created: { column: 'r.started_at', kind: 'number' },
  Created: { column: 'r.started_at', kind: 'number' },
  end_time: { column: 'r.ended_at', kind: 'number' },
}

function* attributeCondition(scope: RunScope, comparison: Comparison): Script<RunCondition> {
  const attribute = runAttributes[comparison.key]
  if (!attribute) throw unknownName(comparison, Object.keys(runAttributes))
  if (attribute.kind === 'number') {
    allowOperators(comparison, numberOperators)
    return { test: compareInteger(attribute.column, comparison) }
  }
  const isRunId = attribute.column === 'r.run_id'
  allowOperators(comparison, isRunId ? listOperators : textOperators)
  const test = compareText(scope.dialect, attribute.column, comparison)
  const { operator } = comparison
  if (isRunId && (operator === '=' || operator === 'IN')) {
    const { sql, parameters } = test
    return {
      test,
      source: { sql: `select r.id as run from tracking_run r where ${sql}`, parameters },
    }
  }
  if (attribute.column === 'r.name' && operator === '=') {
    // The name is a tag as well, and tags have an index.
    const key = yield* findKey('mlflow.runName')
    if (key === undefined) return { test }
    const value = textOf(comparison)
    return { test, source: pairSource(scope, { table: 'tracking_tag', key, value }) }
  }
  return { test }
}

function unknownName(comparison: Comparison, known: readonly string[]): Error {
  return trackingErrors.TRACKING_FILTER_INVALID(
    comparison.at,
    `Invalid ${comparison.entity} key '${comparison.key}' specified (${shown(comparison)}). Valid keys are ${known.join(', ')}`,
  )
}
