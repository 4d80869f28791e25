import { expect, it } from 'vitest'
import { axisIds, axisOf, firstAxes, niceTicks } from './axis-values.ts'
import type { Run } from './wire.ts'

function run(params: Readonly<Record<string, string>>): Run {
  return {
    info: { run_id: JSON.stringify(params), experiment_id: '1', status: 'FINISHED' },
    data: { params: Object.entries(params).map(([key, value]) => ({ key, value })) },
  }
}

const runs = [
  run({ depth: '3', kind: 'b', seed: '1' }),
  run({ depth: '7', kind: 'a', seed: '1' }),
  run({ depth: '5' }),
]

it('places numbers by size and texts by order', () => {
  expect(axisOf(runs, 'params.depth').positions).toEqual([0, 1, 0.5])
  expect(axisOf(runs, 'params.kind').positions).toEqual([1, 0, undefined])
})

it('offers what differs first', () => {
  expect(axisIds(runs.slice(0, 2))).toEqual(['params.depth', 'params.kind', 'params.seed'])
})

it('begins with what every run has, parameters before metrics', () => {
  const metric = { key: 'auc', value: 0.8, timestamp: 1 }
  const [first, second, third] = runs.map((one, index) => ({
    ...one,
    data: { ...one.data, metrics: [{ ...metric, value: 0.8 + index }] },
  }))
  const three = [first, second, third].filter((one) => one !== undefined)
  expect(firstAxes(three, 4)).toEqual(['params.depth', 'metrics.auc'])
})

it.each([
  [0, 100, [0, 20, 40, 60, 80, 100]],
  [0.3384, 0.4763, [0.35, 0.4, 0.45]],
  [-3, 3, [-3, -2, -1, 0, 1, 2, 3]],
  [5, 5, [5]],
])('marks the axis from %d to %d at %j', (least, most, ticks) => {
  const rounded = niceTicks(least, most).map((value) => Number(value.toPrecision(6)))
  expect(rounded).toEqual(ticks)
})
