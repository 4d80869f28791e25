import { expect, it } from 'vitest'
import { checkCount } from './check-count.ts'

it('counts what the gate wrote on a version', () => {
  const tags = [
    { key: 'gate.passed', value: 'false' },
    { key: 'gate.threshold.roc_auc', value: 'FAIL: 0.7 (at least 0.8)' },
    { key: 'gate.threshold.recall', value: 'pass: 0.5 (at least 0.35)' },
    { key: 'note', value: 'pass: not a check' },
  ]
  expect(checkCount({ name: 'churn', version: '1', tags })).toEqual({ passed: 1, failed: 1 })
  expect(checkCount({ name: 'churn', version: '2' })).toBeUndefined()
})

it('never calls a version that did not pass passed', () => {
  const tags = [{ key: 'gate.passed', value: 'false' }]
  expect(checkCount({ name: 'churn', version: '1', tags })?.failed).toBe(1)
})
