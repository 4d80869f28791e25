import { Problem } from './problem.ts'

export interface MetricSpec {
  readonly problem: Problem
  readonly greaterIsBetter: boolean
}

const classification = Problem.Classification
const regression = Problem.Regression

/** What every trial reports; one of them is what its search is after. */
export const metrics = {
  roc_auc: { problem: classification, greaterIsBetter: true },
  log_loss: { problem: classification, greaterIsBetter: false },
  f1: { problem: classification, greaterIsBetter: true },
  accuracy: { problem: classification, greaterIsBetter: true },
  precision: { problem: classification, greaterIsBetter: true },
  recall: { problem: classification, greaterIsBetter: true },
  r2: { problem: regression, greaterIsBetter: true },
  rmse: { problem: regression, greaterIsBetter: false },
  mae: { problem: regression, greaterIsBetter: false },
  mse: { problem: regression, greaterIsBetter: false },
} as const satisfies Record<string, MetricSpec>

export type MetricName = keyof typeof metrics
export const metricNames = Object.keys(metrics) as MetricName[]

export function metricsFor(problem: Problem): readonly MetricName[] {
  return metricNames.filter((name) => metrics[name].problem === problem)
}

/** The metric of a trial's run that holds the mean over its folds. */
export function metricKey(name: MetricName): string {
  return `cv_${name}`
}

/** The score as a loss: lower is better, whatever the metric. */
export function toLoss(name: MetricName, score: number): number {
  return metrics[name].greaterIsBetter ? -score : score
}
