import { isNumberType } from './column-profile.ts'
import type { LabelCount, TargetStatistics, TypedColumn } from './dataset.ts'
import { automlErrors } from './errors.ts'
import { Problem } from './problem.ts'
import type { Label } from './types.ts'

export const mostClasses = 100
const classTypes = new Set(['string', 'boolean'])

export interface TargetRequest {
  readonly problem: Problem
  readonly folds: number
  readonly positiveLabel: Label | undefined
}

export interface TargetVerdict {
  /** The classes in order; empty for regression. */
  readonly labels: readonly Label[]
  readonly positiveLabel: Label | undefined
}

/** Holds the target against what is to be predicted; refuses what cannot be learned. */
export function judgeTarget(
  column: TypedColumn,
  statistics: TargetStatistics,
  request: TargetRequest,
): TargetVerdict {
  if (statistics.present === 0) throw unsuitable(column, 'has no values')
  if (statistics.distinct === 1) {
    throw unsuitable(column, 'has the same value in every row; there is nothing to learn')
  }
  return request.problem === Problem.Regression
    ? judgeNumber(column, request)
    : judgeClasses(column, statistics, request)
}

function judgeNumber(column: TypedColumn, { positiveLabel }: TargetRequest): TargetVerdict {
  if (!isNumberType(column.type)) {
    throw unsuitable(
      column,
      `is ${column.type}, and regression predicts a number; ask for classification`,
    )
  }
  if (positiveLabel !== undefined) {
    throw unsuitable(column, 'is a number here; only classification has a positive_label')
  }
  return { labels: [], positiveLabel: undefined }
}

function judgeClasses(
  column: TypedColumn,
  { distinct, labels }: TargetStatistics,
  { folds, positiveLabel }: TargetRequest,
): TargetVerdict {
  if (!isNumberType(column.type) && !classTypes.has(column.type)) {
    throw unsuitable(column, `is ${column.type}; classes are texts, numbers, or true and false`)
  }
  if (distinct > mostClasses) {
    throw unsuitable(
      column,
      `has ${distinct} different values; classification takes up to ${mostClasses}. Ask for regression, or group them`,
    )
  }
  const rare = labels.find(({ rows }) => rows < folds)
  if (rare) {
    const found = { label: show(rare.label), rows: rare.rows }
    throw automlErrors.AUTOML_CLASS_TOO_RARE(column.name, found, folds)
  }
  return {
    labels: labels.map(({ label }) => label),
    positiveLabel: choosePositive(column.name, labels, positiveLabel),
  }
}

const yes = new Set(['true', 'yes', 'y', 't', '1', 'positive', 'churned', 'default', 'fraud'])

// With two classes one of them is what people look for: what was asked, else what reads like a yes,
// else the rarer one.
function choosePositive(
  target: string,
  labels: readonly LabelCount[],
  asked: Label | undefined,
): Label | undefined {
  if (asked !== undefined) return findLabel(target, labels, asked)
  const [first, second] = labels
  if (!first || !second || labels.length > 2) return undefined
  const affirmative = labels.filter(({ label }) => yes.has(String(label).toLowerCase()))
  if (affirmative.length === 1) return affirmative[0]?.label
  return first.rows < second.rows ? first.label : second.label
}

function findLabel(target: string, labels: readonly LabelCount[], asked: Label): Label | undefined {
  const found = labels.find(({ label }) => String(label) === String(asked))
  if (!found) {
    const known = labels.map(({ label }) => show(label))
    throw automlErrors.AUTOML_POSITIVE_LABEL_UNKNOWN(show(asked), target, known)
  }
  if (labels.length > 2) {
    const problem = `has ${labels.length} classes; positive_label is for two`
    throw automlErrors.AUTOML_TARGET_UNSUITABLE(target, problem)
  }
  return found.label
}

function show(label: Label): string {
  return JSON.stringify(label)
}

function unsuitable({ name }: TypedColumn, problem: string): Error {
  return automlErrors.AUTOML_TARGET_UNSUITABLE(name, problem)
}
