import { expect, test } from 'vitest'
import { preloadOf } from './task-environment.ts'

test('the fork server imports what the lock brings, and nothing else', () => {
  const environment = { hash: 'h', python: '', path: '', requirements: [] }
  const lock = 'pandas==3.1.1\npandas-stubs==1\nscikit-learn==1.9.1\n'
  expect(preloadOf({ ...environment, lock })).toEqual(['pandas', 'sklearn.utils'])
  expect(preloadOf({ ...environment, lock: 'pandasql==1\n' })).toEqual([])
})
