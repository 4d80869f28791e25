import { expect, it } from 'vitest'
import { lookOfNode } from './nodes.ts'

it.each([
  ['model:churn/3', 'churn v3', '/models/churn/versions/3'],
  [
    'table:main.churn.customers@4',
    'main.churn.customers@4',
    '/tables/main.churn.customers?version=4',
  ],
  ['endpoint:churn', 'churn', '/endpoints/churn'],
  ['job-run:77', 'run 77', '/jobs/runs/77'],
  ['file:/Workspace/a@b/x.py@9f2c', '/Workspace/a@b/x.py', undefined],
  ['nonsense', 'nonsense', undefined],
])('shows %s as %s', (node, name, to) => {
  expect(lookOfNode(node)).toMatchObject({ name, to })
})
