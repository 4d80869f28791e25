import { expect, it } from 'vitest'
import type { Column } from '../kit/columns.ts'
import {
  entriesOfGroups,
  filterOfGroup,
  idOfGroup,
  sortGroups,
  summaryOf,
  type RunGroup,
} from './run-groups.ts'
import type { Run } from './wire.ts'

function group(value: string | null, runs: number, auc: number): RunGroup {
  return {
    value,
    runs,
    status: { values: 1, value: 'FINISHED' },
    user_id: { values: 2 },
    mean_duration_ms: 40,
    newest_start_time: runs,
    metrics: [{ key: 'auc', runs, mean: auc, min: auc - 0.1, max: auc + 0.1 }],
    params: [{ key: 'depth', values: 3 }],
    tags: [],
  }
}

function run(id: string): Run {
  return { info: { run_id: id, experiment_id: '1', status: 'FINISHED' } }
}

const groups = [group('forest', 2, 0.7), group('linear, l1', 1, 0.9), group(null, 1, 0.8)]
const column = (id: string): Column<Run> => ({ id, header: id })

it('puts the runs of an open group under its head, and says when there are more', () => {
  const closed = entriesOfGroups(groups, new Map())
  expect(closed.map((entry) => entry.id)).toEqual(['=forest', '=linear%2C%20l1', '!'])
  expect(closed[2]).toMatchObject({ kind: 'group', name: 'none' })
  const members = { runs: [run('a')], problem: undefined }
  const opened = entriesOfGroups(groups, new Map([['=forest', members]]))
  expect(opened.map((entry) => entry.id).slice(0, 3)).toEqual(['=forest', 'a', '=forest rest'])
  const whole = entriesOfGroups(groups, new Map([['=linear%2C%20l1', members]]))
  expect(whole.map((entry) => entry.id)).toEqual(['=forest', '=linear%2C%20l1', 'a', '!'])
})

it('finds the runs of a group with the search grammar', () => {
  const [forest = group('', 0, 0)] = groups
  expect(filterOfGroup('', 'params.learner', forest)).toBe("params.`learner` = 'forest'")
  expect(filterOfGroup('metrics.auc > 1', 'tags.a`b', group("it's", 1, 0))).toBe(
    "metrics.auc > 1 AND tags.`a``b` = 'it''s'",
  )
  expect(filterOfGroup('', 'params.learner', group(null, 1, 0))).toBe('params.`learner` IS NULL')
  expect(filterOfGroup('', 'dataset', group(null, 1, 0))).toBeUndefined()
})

it('sorts groups by their best run', () => {
  const order = (id: string, descending: boolean) =>
    sortGroups(groups, [{ id, descending }]).map((one) => idOfGroup(one)[1] ?? '!')
  expect(order('metrics.auc', true)).toEqual(['l', '!', 'f'])
  expect(order('metrics.auc', false)).toEqual(['f', '!', 'l'])
  expect(order('params.depth', true)).toEqual(['f', 'l', '!'])
})

it('sums a group up: the mean of numbers, a shared text, or how many texts', () => {
  const [forest = group('', 0, 0)] = groups
  expect(summaryOf(forest, column('metrics.auc'))).toEqual({ kind: 'mean', mean: 0.7, count: 2 })
  expect(summaryOf(forest, column('params.depth'))).toEqual({ kind: 'many', count: 3 })
  expect(summaryOf(forest, column('attributes.status'))).toEqual({
    kind: 'same',
    value: 'FINISHED',
  })
  expect(summaryOf(forest, column('params.never'))).toEqual({ kind: 'none' })
})
