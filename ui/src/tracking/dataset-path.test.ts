import { expect, it } from 'vitest'
import { tablePathOf } from './dataset-path.ts'

it.each([
  ['main.churn.training@4', '/tables/main.churn.training?version=4'],
  ['main.churn.training', '/tables/main.churn.training'],
  ['dataset', undefined],
  ['s3://bucket/x.csv', undefined],
])('leads from %s to %s', (name, path) => {
  expect(tablePathOf(name)).toBe(path)
})
