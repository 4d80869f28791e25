import { formatMetric, decimalsFor, formatDuration } from '../kit/format.ts'
import { factsOf, keysOf, runDuration } from './run-facts.ts'
import type { Run } from './wire.ts'

export interface CompareRow {
  readonly kind: string
  readonly key: string
  /** One text per run, in their order. */
  readonly values: readonly (string | undefined)[]
  /** Numbers behind the texts, for metrics. */
  readonly numbers: readonly (number | undefined)[]
  readonly differs: boolean
}

/** A number that was logged with all its digits, short enough to be read; other texts as they are. */
export function shortNumber(text: string): string {
  const isLong = text.length > 10 && /^-?\d*\.\d+(?:e[+-]?\d+)?$/i.test(text)
  return isLong ? String(Number(Number(text).toPrecision(6))) : text
}

/** How a metric differs from the baseline's: `+0.0120`; undefined where either has none. */
export function deltaOf(row: CompareRow, index: number, base: number): string | undefined {
  const value = row.numbers[index]
  const from = row.numbers[base]
  if (index === base || value === undefined || from === undefined) return undefined
  const change = value - from
  if (!Number.isFinite(change) || change === 0) return undefined
  return `${change > 0 ? '+' : '−'}${formatMetric(Math.abs(change), decimalsFor([value, from]))}`
}

function textRow(kind: string, key: string, values: readonly (string | undefined)[]): CompareRow {
  const numbers = values.map(() => undefined)
  return { kind, key, values, numbers, differs: new Set(values).size > 1 }
}

function metricRow(key: string, runs: readonly Run[]): CompareRow {
  const numbers = runs.map((run) => factsOf(run).metrics.get(key))
  const decimals = decimalsFor(numbers.filter((value) => value !== undefined))
  const values = numbers.map((value) =>
    value === undefined ? undefined : formatMetric(value, decimals),
  )
  return { kind: 'Metric', key, values, numbers, differs: new Set(numbers).size > 1 }
}

function datasetOf(run: Run): string | undefined {
  return run.inputs?.dataset_inputs
    ?.map((input) => `${input.dataset.name} ${input.dataset.digest}`)
    .join(', ')
}

/** Everything about the runs, side by side: what differs first, metrics before the rest. */
export function compareRows(runs: readonly Run[]): CompareRow[] {
  const tag = (key: string) => runs.map((run) => factsOf(run).tags.get(key))
  const rows = [
    ...keysOf(runs, 'metrics').map((key) => metricRow(key, runs)),
    ...keysOf(runs, 'params').map((key) =>
      textRow(
        'Parameter',
        key,
        runs.map((run) => factsOf(run).params.get(key)),
      ),
    ),
    textRow('Data', 'dataset', runs.map(datasetOf)),
    textRow('Code', 'commit', tag('mlflow.source.git.commit')),
    textRow('Code', 'source', tag('mlflow.source.name')),
    textRow(
      'Run',
      'status',
      runs.map((run) => run.info.status),
    ),
    textRow(
      'Run',
      'duration',
      runs.map((run) => formatDuration(runDuration(run))),
    ),
    ...keysOf(runs, 'tags')
      .filter((key) => !key.startsWith('mlflow.'))
      .map((key) => textRow('Tag', key, tag(key))),
  ]
  return rows
    .filter((row) => row.values.some((value) => value !== undefined && value !== ''))
    .sort((left, right) => Number(right.differs) - Number(left.differs))
}

/** Whether a larger value of a metric with this name is better; losses and errors are not. */
export function largerIsBetter(key: string): boolean {
  return !/loss|error|mae|mse|rmse|mape|brier|deviance|perplexity|duration|time|latency/i.test(key)
}

/** How much folds differ, and how busy a machine was, are neither better large nor better small. */
function hasNoBest(key: string): boolean {
  return /_std$|^std_|^system\//.test(key)
}

/** The index of the best run for a metric; undefined for anything else or a tie. */
export function bestOf(row: CompareRow): number | undefined {
  if (row.kind !== 'Metric' || !row.differs || hasNoBest(row.key)) return undefined
  const sign = largerIsBetter(row.key) ? 1 : -1
  let best: number | undefined
  row.numbers.forEach((value, index) => {
    if (value === undefined || Number.isNaN(value)) return
    const champion = best === undefined ? undefined : row.numbers[best]
    if (champion === undefined || value * sign > champion * sign) best = index
  })
  return best
}
