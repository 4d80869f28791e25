import { expect, it } from 'vitest'
import { bestOf, compareRows } from './compare-rows.ts'
import type { Run } from './wire.ts'

function run(id: string, auc: number, depth: string): Run {
  return {
    info: { run_id: id, experiment_id: '1', status: 'FINISHED' },
    data: {
      metrics: [
        { key: 'auc', value: auc, timestamp: 1 },
        { key: 'log_loss', value: auc / 2, timestamp: 1 },
      ],
      params: [
        { key: 'seed', value: '7' },
        { key: 'depth', value: depth },
      ],
    },
  }
}

it('puts what differs first, metrics before parameters', () => {
  const rows = compareRows([run('a', 0.8, '3'), run('b', 0.9, '4')])
  expect(rows.slice(0, 3).map((row) => row.key)).toEqual(['auc', 'log_loss', 'depth'])
  expect(rows.find((row) => row.key === 'seed')?.differs).toBe(false)
})

it('knows that a smaller loss is better', () => {
  const rows = compareRows([run('a', 0.8, '3'), run('b', 0.9, '4')])
  expect(rows.map((row) => bestOf(row)).slice(0, 3)).toEqual([1, 0, undefined])
})
