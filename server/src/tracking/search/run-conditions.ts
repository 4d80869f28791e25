import type { DialectName, Script } from '../../core/index.ts'
import { trackingErrors } from '../errors.ts'
import { findKey } from '../keys.ts'
import { among } from '../number-list.ts'
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

/** One condition on runs, as a test of one and, where an index finds its runs, as a source of them. */
export interface RunCondition {
  /** SQL on a row `r` of `tracking_run`, whose number `run` is known before the row is read. */
  readonly test: (run: string) => SqlPart
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

const never = (): SqlPart => ({ sql: '1 = 0', parameters: [] })
const always = (): SqlPart => ({ sql: '1 = 1', parameters: [] })

function* metricCondition(scope: RunScope, comparison: Comparison): Script<RunCondition> {
  allowOperators(comparison, numberOperators)
  const value = compareNumber('m.value', comparison)
  const key = yield* findKey(comparison.key)
  if (key === undefined) return { test: never }
  const has = compareNumber('x.value', comparison)
  // NaN is unequal to every number, and nothing else.
  const isIt =
    comparison.operator === '!=' ? `(x.is_nan = 1 or ${has.sql})` : `x.is_nan = 0 and ${has.sql}`
  const test = (run: string): SqlPart => ({
    sql: `exists (select 1 from tracking_latest_metric x
      where x.run = ${run} and x.key = ? and ${isIt})`,
    parameters: [key, ...has.parameters],
  })
  if (comparison.operator === '!=') return { test }
  const within = among(scope.dialect, 'm.experiment', scope.experiments)
  const source = {
    sql: `select m.run from tracking_latest_metric m where ${within.sql}
      and m.key = ? and m.is_nan = 0 and ${value.sql}`,
    parameters: [...within.parameters, key, ...value.parameters],
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
    ? always()
    : compareText(scope.dialect, 't.value', comparison)
  const key = yield* findKey(comparison.key)
  if (key === undefined) return { test: operator === 'IS NULL' ? always : never }
  const not = operator === 'IS NULL' ? 'not ' : ''
  const test = (run: string): SqlPart => ({
    sql: `${not}exists (select 1 from ${table} t
      where t.run = ${run} and t.key = ? and ${value.sql})`,
    parameters: [key, ...value.parameters],
  })
  if (operator !== '=') return { test }
  return { test, source: pairSource(scope, { table, key, value: textOf(comparison) }) }
}

interface Pair {
  readonly table: PairTable
  readonly key: number
  readonly value: string
}

function pairSource({ dialect, experiments }: RunScope, { table, key, value }: Pair): SqlPart {
  const within = among(dialect, 't.experiment', experiments)
  return {
    sql: `select t.run from ${table} t where ${within.sql} and t.key = ?
      and substr(t.value, 1, 64) = substr(cast(? as text), 1, 64) and t.value = ?`,
    parameters: [...within.parameters, key, value, value],
  }
}

const datasetColumns: Readonly<Record<string, string>> = { name: 'd.name', digest: 'd.digest' }

function datasetTest(dialect: DialectName, comparison: Comparison): RunCondition['test'] {
  allowOperators(comparison, listOperators)
  if (comparison.key === 'context') {
    const value = compareText(dialect, 'c.value', comparison)
    return (run) => ({
      sql: `exists (select 1 from tracking_run_dataset_tag c
        where c.run = ${run} and c.name = 'mlflow.data.context' and ${value.sql})`,
      parameters: value.parameters,
    })
  }
  const column = datasetColumns[comparison.key]
  if (column === undefined) throw unknownName(comparison, ['name', 'digest', 'context'])
  const value = compareText(dialect, column, comparison)
  return (run) => ({
    sql: `exists (select 1 from tracking_run_dataset i join tracking_dataset d on d.id = i.dataset
      where i.run = ${run} and ${value.sql})`,
    parameters: value.parameters,
  })
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
    return { test: () => compareInteger(attribute.column, comparison) }
  }
  const isRunId = attribute.column === 'r.run_id'
  allowOperators(comparison, isRunId ? listOperators : textOperators)
  const compared = compareText(scope.dialect, attribute.column, comparison)
  const source = yield* attributeSource(scope, comparison, { column: attribute.column, compared })
  return { test: () => compared, ...(source ? { source } : {}) }
}

interface TextAttribute {
  readonly column: string
  readonly compared: SqlPart
}

/** Attributes that an index finds: the id, the status, and the name, which is a tag as well. */
function* attributeSource(
  scope: RunScope,
  comparison: Comparison,
  { column, compared }: TextAttribute,
): Script<SqlPart | undefined> {
  const { operator } = comparison
  if (operator !== '=' && operator !== 'IN') return undefined
  if (column === 'r.run_id') {
    const { sql, parameters } = compared
    return { sql: `select r.id as run from tracking_run r where ${sql}`, parameters }
  }
  if (column === 'r.status') {
    const within = among(scope.dialect, 'r.experiment', scope.experiments)
    return {
      sql: `select r.id as run from tracking_run r where ${within.sql} and ${compared.sql}`,
      parameters: [...within.parameters, ...compared.parameters],
    }
  }
  if (column !== 'r.name') return undefined
  const key = yield* findKey('mlflow.runName')
  if (key === undefined) return undefined
  return pairSource(scope, { table: 'tracking_tag', key, value: textOf(comparison) })
}

function unknownName(comparison: Comparison, known: readonly string[]): Error {
  return trackingErrors.TRACKING_FILTER_INVALID(
    comparison.at,
    `Invalid ${comparison.entity} key '${comparison.key}' specified (${shown(comparison)}). Valid keys are ${known.join(', ')}`,
  )
}
