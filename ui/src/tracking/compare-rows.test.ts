import { expect, it } from 'vitest'
import { bestOf, compareRows, deltaOf, shortNumber } from './compare-rows.ts'
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

it('says how far a metric is from the baseline', () => {
  const rows = compareRows([run('a', 0.8, '3'), run('b', 0.9, '4')])
  const [auc] = rows
  expect(auc && [deltaOf(auc, 1, 0), deltaOf(auc, 0, 1), deltaOf(auc, 0, 0)]).toEqual([
    '+0.1000',
    '−0.1000',
    undefined,
  ])
  expect(rows[2] && deltaOf(rows[2], 1, 0)).toBeUndefined()
})

it.each([
  ['0.009000000000000001', '0.009'],
  ['1.2345678901e-7', '1.23457e-7'],
  ['0.05', '0.05'],
  ['12345678901234', '12345678901234'],
  ['lightgbm 4.5.0.1', 'lightgbm 4.5.0.1'],
])('shows %s as %s', (text, shown) => {
  expect(shortNumber(text)).toBe(shown)
})
