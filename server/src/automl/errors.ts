import { defineErrors } from '../core/index.ts'

const names = (values: readonly string[], most = 20): string =>
  values.length <= most
    ? values.join(', ')
    : `${values.slice(0, most).join(', ')} and ${values.length - most} more`

export const automlErrors = defineErrors({
  AUTOML_COLUMN_UNKNOWN: {
    status: 400,
    wire: 'INVALID_PARAMETER_VALUE',
    text: (named: { field: string; column: string }, table: string, known: readonly string[]) =>
      `${named.field} names the column "${named.column}", which ${table} does not have; it has ${names(known)}`,
  },
  AUTOML_TARGET_UNSUITABLE: {
    status: 400,
    wire: 'INVALID_PARAMETER_VALUE',
    text: (target: string, problem: string) => `The target "${target}" ${problem}`,
  },
  AUTOML_TOO_FEW_ROWS: {
    status: 400,
    wire: 'INVALID_PARAMETER_VALUE',
    text: (table: string, found: number, needed: number) =>
      `${table} has ${found} rows with a target; a search needs at least ${needed}`,
  },
  AUTOML_CLASS_TOO_RARE: {
    status: 400,
    wire: 'INVALID_PARAMETER_VALUE',
    text: (target: string, rare: { label: string; rows: number }, folds: number) =>
      `${rare.label} occurs in ${rare.rows} rows of "${target}", but each of ${folds} folds needs one; ask for fewer folds, or leave these rows out`,
  },
  AUTOML_NO_FEATURES: {
    status: 400,
    wire: 'INVALID_PARAMETER_VALUE',
    text: (table: string, dropped: readonly string[]) =>
      `No column of ${table} is left to predict from: ${names(dropped)}`,
  },
  AUTOML_METRIC_MISMATCH: {
    status: 400,
    wire: 'INVALID_PARAMETER_VALUE',
    text: (metric: string, problem: string, known: readonly string[]) =>
      `${metric} does not measure ${problem}; it is measured by ${names(known)}`,
  },
  AUTOML_POSITIVE_LABEL_UNKNOWN: {
    status: 400,
    wire: 'INVALID_PARAMETER_VALUE',
    text: (label: string, target: string, known: readonly string[]) =>
      `positive_label is ${label}, which "${target}" never is; it is ${names(known)}`,
  },
  AUTOML_LEARNER_UNKNOWN: {
    status: 400,
    wire: 'INVALID_PARAMETER_VALUE',
    text: (learner: string, known: readonly string[]) =>
      `There is no learner "${learner}"; there are ${names(known)}`,
  },
  AUTOML_NO_LEARNERS: {
    status: 400,
    wire: 'INVALID_PARAMETER_VALUE',
    text: (asked: readonly string[], problem: string, rows: number) =>
      `None of the learners ${names(asked)} can do ${problem} on ${rows} rows`,
  },
  AUTOML_IMPUTER_UNSUITABLE: {
    status: 400,
    wire: 'INVALID_PARAMETER_VALUE',
    text: (column: string, strategy: string, kind: string) =>
      `imputers asks for ${strategy} in "${column}", which is ${kind}; numbers take mean, median, most_frequent and numeric constants, categories most_frequent and constants; elsewhere a missing value is a case of its own`,
  },
  AUTOML_SEARCH_NOT_FOUND: {
    status: 404,
    wire: 'RESOURCE_DOES_NOT_EXIST',
    text: (id: string) => `There is no AutoML search "${id}"`,
  },
  AUTOML_TRIAL_NOT_FOUND: {
    status: 404,
    wire: 'RESOURCE_DOES_NOT_EXIST',
    text: (runId: string) => `Run "${runId}" is not a trial of an AutoML search`,
  },
  AUTOML_EXPERIMENT_DELETED: {
    status: 400,
    wire: 'INVALID_PARAMETER_VALUE',
    text: (name: string) =>
      `The experiment "${name}" is deleted; restore it, or name another one in experiment_name`,
  },
})
