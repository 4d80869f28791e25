import { expect, it } from 'vitest'
import type { Column } from '../kit/columns.ts'
import { entriesOf, summarise } from './run-groups.ts'
import type { Run } from './wire.ts'

function run(id: string, learner: string | undefined, auc: number): Run {
  const params = learner === undefined ? [] : [{ key: 'learner', value: learner }]
  const info = { run_id: id, experiment_id: '1', status: 'FINISHED' }
  return { info, data: { params, metrics: [{ key: 'auc', value: auc, timestamp: 1 }] } }
}

const runs = [run('a', 'forest', 0.9), run('b', 'linear, l1', 0.8), run('c', 'forest', 0.7)]
const learner: Column<Run> = {
  id: 'params.learner',
  header: 'learner',
  value: (one) => one.data?.params?.[0]?.value,
}
const auc: Column<Run> = {
  id: 'metrics.auc',
  header: 'auc',
  align: 'end',
  value: (one) => Number(one.data?.metrics?.[0]?.value),
}

it('gathers runs by value, in the order that the table is sorted by', () => {
  const closed = entriesOf(runs, learner, new Set())
  expect(closed.map((entry) => entry.kind === 'group' && [entry.name, entry.runs.length])).toEqual([
    ['forest', 2],
    ['linear, l1', 1],
  ])
  const [, second] = closed
  const opened = entriesOf(runs, learner, new Set([second?.id ?? '']))
  expect(opened.map((entry) => entry.id)).toEqual(['=forest', '=linear%2C%20l1', 'b'])
})

it('leaves runs alone without a column, and calls an absent value none', () => {
  expect(entriesOf(runs, undefined, new Set()).map((entry) => entry.id)).toEqual(['a', 'b', 'c'])
  const [only] = entriesOf([run('d', undefined, 1)], learner, new Set())
  expect(only).toMatchObject({ kind: 'group', name: 'none' })
})

it('sums a group up: the mean of numbers, a shared text, or how many texts', () => {
  expect(summarise(runs, auc)).toMatchObject({ kind: 'mean', count: 3 })
  expect(summarise(runs, learner)).toEqual({ kind: 'many', count: 2 })
  expect(summarise(runs.slice(0, 1), learner)).toEqual({ kind: 'same', value: 'forest' })
})
