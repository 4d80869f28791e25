import type { DialectName } from '../core/index.ts'
import { trackingErrors } from './errors.ts'
import { joinAnd, type SqlPart } from './search/conditions.ts'
import type { Comparison } from './search/parser.ts'
import { MetricView, type Sample } from './trace-metric-types.ts'
import { pairTest, runTest } from './trace-search.ts'

export interface MetricFilter {
  /** Of a row `t` of tracking_trace. */
  readonly trace: SqlPart
  readonly keeps: (sample: Sample) => boolean
}

interface Clause {
  readonly view: string
  readonly entity: string
  readonly key: string | undefined
  readonly value: string
}

/** What each view's filters may name, and whether that needs a key. */
const entities: Readonly<Record<string, Readonly<Record<string, boolean>>>> = {
  trace: { status: false, tag: true, metadata: true },
  span: { name: false, status: false, type: false },
  assessment: { name: false, type: false },
}

const viewOf: Readonly<Record<string, MetricView>> = {
  span: MetricView.Spans,
  assessment: MetricView.Assessments,
}

/** Filters as MLflow's trace metrics take them: one `view.entity[.key] = 'value'` each. */
export function metricFilter(
  dialect: DialectName,
  view: MetricView,
  filters: readonly string[],
): MetricFilter {
  const clauses = filters.map(parseClause)
  const traces = clauses.filter((clause) => clause.view === 'trace')
  const others = clauses.filter((clause) => clause.view !== 'trace')
  for (const { view: named } of others) {
    if (viewOf[named] === view) continue
    throw trackingErrors.TRACKING_INVALID(
      `Filtering by ${named} is only supported for ${viewOf[named]} view type, got ${view}`,
    )
  }
  return {
    trace: joinAnd(traces.map((clause) => traceClause(dialect, clause))),
    keeps: ({ dimensions }) =>
      others.every((clause) => dimensions[`${clause.view}_${clause.entity}`] === clause.value),
  }
}

const clausePattern =
  /^\s*(\w+)\.(\w+)(?:\.(?:`([^`]+)`|"([^"]+)"|([^\s=!<>'"`]+)))?\s*(=|\S+)\s*(?:'([^']*)'|"([^"]*)")\s*$/

function parseClause(filter: string): Clause {
  const [, view = '', entity = '', ticked, quoted, bare, operator, single, double] =
    clausePattern.exec(filter) ?? []
  if (operator !== '=') {
    throw trackingErrors.TRACKING_INVALID(
      `Invalid filter: '${filter}'. Expected one clause such as trace.status = 'OK', span.name = 'x' or trace.tag.team = 'y'`,
    )
  }
  const key = ticked ?? quoted ?? bare
  const needsKey = entities[view]?.[entity]
  if (needsKey === undefined || needsKey !== (key !== undefined)) {
    const known = Object.entries(entities).flatMap(([name, each]) =>
      Object.entries(each).map(([what, keyed]) => `${name}.${what}${keyed ? '.<key>' : ''}`),
    )
    throw trackingErrors.TRACKING_INVALID(
      `Invalid filter: '${filter}'. It can name ${known.join(', ')}`,
    )
  }
  return { view, entity, key, value: single ?? double ?? '' }
}

function traceClause(dialect: DialectName, { entity, key = '', value }: Clause): SqlPart {
  if (entity === 'status') return { sql: 't.state = ?', parameters: [value] }
  const comparison: Comparison = {
    entity: 'tag',
    key,
    operator: '=',
    value,
    at: 0,
    valueAt: 0,
  }
  if (entity === 'metadata' && key === 'mlflow.sourceRun') return runTest(dialect, comparison)
  return pairTest(dialect, comparison, { kind: entity === 'tag' ? 'tag' : 'metadata', key })
}
