import { defineErrors } from '../core/index.ts'

export const monitoringErrors = defineErrors({
  MONITORING_MONITOR_NOT_FOUND: {
    status: 404,
    wire: 'RESOURCE_DOES_NOT_EXIST',
    text: (name: string) => `There is no monitor '${name}'; create it with POST /monitors`,
  },
  MONITORING_COLUMN_UNKNOWN: {
    status: 400,
    wire: 'INVALID_PARAMETER_VALUE',
    text: (column: string, table: string, known: readonly string[]) =>
      `Table ${table} has no column '${column}'; it has ${known.join(', ')}`,
  },
  MONITORING_BASELINE_EMPTY: {
    status: 400,
    wire: 'INVALID_STATE',
    text: (table: string) => `Baseline ${table} has no rows to compare with`,
  },
  MONITORING_LABEL_MISSING: {
    status: 400,
    wire: 'INVALID_PARAMETER_VALUE',
    text: (metric: string) =>
      `${metric} needs label_column and prediction_column; the monitor names neither`,
  },
})
