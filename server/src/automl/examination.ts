import type { Ctx } from '../core/index.ts'
import {
  isDropped,
  judgeColumn,
  type ColumnStatistics,
  type ColumnVerdict,
} from './column-profile.ts'
import { describeColumns, describeTarget, pinTable, type TypedColumn } from './dataset.ts'
import { automlErrors } from './errors.ts'
import { learnerNames, learnersFor } from './learners/all.ts'
import { baseline } from './learners/baseline.ts'
import { metrics, metricsFor, type MetricName } from './metrics.ts'
import { Problem } from './problem.ts'
import { defaultRequirements } from './requirements.ts'
import type { SamplerName } from './samplers/all.ts'
import { judgeTarget, mostClasses } from './target.ts'
import {
  ColumnKind,
  type DroppedColumn,
  type FeatureColumn,
  type ImputerStrategy,
  type Label,
  type Search,
  type SearchSpec,
  type Task,
} from './types.ts'

/** What a caller asks for; everything else has a default. */
export interface SearchRequest {
  readonly table: string
  /** The newest one when absent. */
  readonly version?: number | undefined
  readonly target: string
  readonly problem: Problem
  readonly metric?: MetricName | undefined
  readonly maxTrials?: number | undefined
  readonly timeoutMs?: number | undefined
  readonly seed?: number | undefined
  readonly parallelism?: number | undefined
  readonly folds?: number | undefined
  readonly sampler?: SamplerName | undefined
  readonly learners?: readonly string[] | undefined
  readonly excludeColumns?: readonly string[] | undefined
  readonly positiveLabel?: Label | undefined
  readonly imputers?: Readonly<Record<string, ImputerStrategy>> | undefined
  readonly requirements?: readonly string[] | undefined
  readonly experimentName?: string | undefined
  /** A repeated request with the same token answers the search that the first one started. */
  readonly idempotencyToken?: string | undefined
}

export type Examined = Pick<Search, 'spec' | 'data' | 'task' | 'dropped' | 'columns'>

/** What a request does not say. */
export const defaults = {
  maxTrials: 24,
  seed: 42,
  parallelism: 2,
  folds: 5,
  sampler: 'bayes',
  metric: { [Problem.Classification]: 'roc_auc', [Problem.Regression]: 'r2' },
} as const

const rowsPerFold = 4

/** Holds the request against the data: every default filled in, every contradiction refused. */
export async function examine(ctx: Ctx, request: SearchRequest): Promise<Examined> {
  const { columns: all, ...pin } = await pinTable(ctx, request)
  const spec = await fillIn(request)
  const targetColumn = checkNames(request, pin.table, all)
  const target = await describeTarget(ctx, pin, { ...request, mostLabels: mostClasses })
  const needed = spec.folds * rowsPerFold
  if (target.present < needed) {
    throw automlErrors.AUTOML_TOO_FEW_ROWS(pin.table, target.present, needed)
  }
  const { labels, positiveLabel } = judgeTarget(targetColumn, target, {
    problem: request.problem,
    folds: spec.folds,
    positiveLabel: request.positiveLabel,
  })
  const columns = all.filter(({ name }) => name !== request.target)
  const statistics = await describeColumns(ctx, pin, { target: request.target, columns })
  const { features, dropped } = sort(statistics, request.excludeColumns ?? [])
  if (features.length === 0) {
    const reasons = dropped.map(({ name, reason }) => `${name} (${reason})`)
    throw automlErrors.AUTOML_NO_FEATURES(pin.table, reasons)
  }
  const imputers = fitImputers(features, spec.imputers)
  const { problem, metric, seed } = spec
  const rows = target.present
  const task = {
    problem,
    target: request.target,
    labels,
    positiveLabel,
    rows,
    features,
    metric,
    seed,
  }
  return {
    spec: { ...spec, imputers, learners: chooseLearners(request, task) },
    task,
    dropped,
    columns: all.filter(({ type }) => !isNested(type)),
    data: { ...pin, rows, unlabelled: target.rows - rows, sha256: undefined },
  }
}

async function fillIn(request: SearchRequest): Promise<SearchSpec> {
  const { problem } = request
  return {
    problem,
    target: request.target,
    metric: checkMetric(problem, request.metric ?? defaults.metric[problem]),
    maxTrials: request.maxTrials ?? defaults.maxTrials,
    timeoutMs: request.timeoutMs,
    seed: request.seed ?? defaults.seed,
    parallelism: request.parallelism ?? defaults.parallelism,
    folds: request.folds ?? defaults.folds,
    sampler: request.sampler ?? defaults.sampler,
    learners: request.learners ?? [],
    imputers: request.imputers ?? {},
    requirements: request.requirements ?? (await defaultRequirements()),
  }
}

function checkMetric(problem: Problem, metric: MetricName): MetricName {
  if (metrics[metric].problem === problem) return metric
  throw automlErrors.AUTOML_METRIC_MISMATCH(metric, problem, metricsFor(problem))
}

/** Every column that the request names exists; answers the target's. */
function checkNames(
  request: SearchRequest,
  table: string,
  columns: readonly TypedColumn[],
): TypedColumn {
  const known = columns.map(({ name }) => name)
  const check = (name: string, field: string): TypedColumn => {
    const found = columns.find((column) => column.name === name)
    if (!found) throw automlErrors.AUTOML_COLUMN_UNKNOWN({ field, column: name }, table, known)
    return found
  }
  for (const name of request.excludeColumns ?? []) check(name, 'exclude_columns')
  for (const name of Object.keys(request.imputers ?? {})) check(name, 'imputers')
  return check(request.target, 'target')
}

function sort(
  statistics: readonly ColumnStatistics[],
  excluded: readonly string[],
): { readonly features: readonly FeatureColumn[]; readonly dropped: readonly DroppedColumn[] } {
  const verdicts = statistics.map((column): ColumnVerdict =>
    excluded.includes(column.name)
      ? { name: column.name, reason: 'it was excluded from the search' }
      : judgeColumn(column),
  )
  const features = verdicts.flatMap((verdict) => (isDropped(verdict) ? [] : [verdict]))
  return { features, dropped: verdicts.filter(isDropped) }
}

function isNested(type: string): boolean {
  return /^(array|map|struct|binary)/.test(type)
}

/** Every imputer as its column takes it; refuses what the column cannot do. */
function fitImputers(
  features: readonly FeatureColumn[],
  imputers: Readonly<Record<string, ImputerStrategy>>,
): Record<string, ImputerStrategy> {
  const fitted: Record<string, ImputerStrategy> = {}
  for (const column of features) {
    const asked = Object.hasOwn(imputers, column.name) ? imputers[column.name] : undefined
    if (asked === undefined) continue
    const fit = fitImputer(column, asked)
    if (fit === undefined) {
      throw automlErrors.AUTOML_IMPUTER_UNSUITABLE(column.name, sayStrategy(asked), column.kind)
    }
    fitted[column.name] = fit
  }
  return fitted
}

function fitImputer(
  { kind, isBooleanType }: FeatureColumn,
  strategy: ImputerStrategy,
): ImputerStrategy | undefined {
  if (kind === ColumnKind.Numeric || (kind === ColumnKind.Boolean && !isBooleanType)) {
    if (typeof strategy === 'string') return strategy
    const value = Number(strategy.fill_value)
    return Number.isNaN(value) ? undefined : { strategy: 'constant', fill_value: value }
  }
  if (kind !== ColumnKind.Categorical && kind !== ColumnKind.HighCardinality) return undefined
  if (typeof strategy === 'string') return strategy === 'most_frequent' ? strategy : undefined
  return { strategy: 'constant', fill_value: String(strategy.fill_value) }
}

function sayStrategy(strategy: ImputerStrategy): string {
  return typeof strategy === 'string' ? strategy : `constant ${JSON.stringify(strategy.fill_value)}`
}

function chooseLearners(request: SearchRequest, task: Task): string[] {
  const unknown = request.learners?.find((name) => !learnerNames.includes(name))
  if (unknown !== undefined) throw automlErrors.AUTOML_LEARNER_UNKNOWN(unknown, learnerNames)
  const taking = learnersFor(task, request.learners)
  if (request.learners && taking.every((learner) => learner === baseline)) {
    throw automlErrors.AUTOML_NO_LEARNERS(request.learners, task.problem, task.rows)
  }
  return taking.map(({ name }) => name)
}
