import { expect, it } from 'vitest'
import { driftRows, toMeasurements } from './measurements.ts'

const columns = [
  'window',
  'column_name',
  'slice_key',
  'slice_value',
  'metric',
  'value',
  'rows',
  'computed_at',
].map((name) => ({ name }))

function result(rows: readonly (readonly string[])[]) {
  return { columns, rows, total: rows.length, truncated: false, ms: 1 }
}

it('puts what is over its limit first and keeps one value per window', () => {
  const measurements = toMeasurements(
    result([
      ['2', 'tenure', '', '', 'psi', '0.4', '90', '2026-01-02T00:00:00Z'],
      ['1', 'tenure', '', '', 'psi', '0.1', '80', '2026-01-01T00:00:00Z'],
      ['2', 'tenure', '', '', 'psi', '0.3', '90', '2026-01-01T12:00:00Z'],
      ['2', 'charges', '', '', 'psi', '0.9', '90', '2026-01-02T00:00:00Z'],
      ['2', 'tenure', 'contract', 'One year', 'psi', '0.5', '20', '2026-01-02T00:00:00Z'],
      ['2', 'churn', '', '', 'roc_auc', '0.7', '90', '2026-01-02T00:00:00Z'],
    ]),
  )
  const rules = [
    { column: 'tenure', metric: 'psi', limit: 0.2 },
    { column: '*', metric: 'roc_auc', limit: 0.8 },
  ]
  const rows = driftRows(measurements, rules)
  expect(rows.map((row) => [row.column, row.slice, row.over])).toEqual([
    ['churn', '', true],
    ['tenure', '', true],
    ['charges', '', false],
    ['tenure', 'contract=One year', false],
  ])
  expect(rows[1]?.history.map((point) => point.value)).toEqual([0.1, 0.4])
})
