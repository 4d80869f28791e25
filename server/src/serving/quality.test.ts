import { DuckDBInstance } from '@duckdb/node-api'
import { expect, test } from 'vitest'
import { qualitySql } from './quality.ts'

async function run(sql: string): Promise<unknown[][]> {
  const connection = await (await DuckDBInstance.create(':memory:')).connect()
  return (await connection.runAndReadAll(sql)).getRowsJson() as unknown[][]
}

const scored = `(VALUES ('Yes', 'Yes', 0.9, 'a'), ('No', 'Yes', 0.6, 'a'), ('Yes', 'No', 0.4, 'b'),
  ('No', 'No', 0.4, 'b'), (NULL, 'No', 0.1, 'b')) t(label, prediction, probability, part)`

test('classification by hand: ties count half, unknown labels do not count', async () => {
  const sql = qualitySql({
    from: scored,
    label: 'label',
    prediction: 'prediction',
    probability: 'probability',
    positive: 'Yes',
    metrics: ['roc_auc', 'accuracy', 'f1', 'precision', 'recall'],
  })
  expect((await run(sql)).map((row) => row.map(Number))).toEqual([
    [0, 4, 0.625, 0.5, 0.5, 0.5, 0.5],
  ])
})

test('slices apart, and null where a metric is not defined', async () => {
  const sql = qualitySql({
    from: scored,
    label: 'label',
    prediction: 'prediction',
    positive: 'Yes',
    metrics: ['accuracy', 'precision'],
    slice: 'part',
  })
  expect((await run(sql)).map(([slice, , ...rest]) => [slice, ...rest])).toEqual([
    ['a', 0.5, 0.5],
    ['b', 0.5, null],
  ])
})

test('regression by hand', async () => {
  const sql = qualitySql({
    from: '(VALUES (1.0, 2.0), (3.0, 3.0), (5.0, 4.0)) t(label, prediction)',
    label: 'label',
    prediction: 'prediction',
    metrics: ['mae', 'r2'],
  })
  const [[, , mae, r2] = []] = await run(sql)
  expect([Number(mae), Number(r2)]).toEqual([2 / 3, 0.75])
})
