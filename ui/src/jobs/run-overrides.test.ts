import { expect, test } from 'vitest'
import { overrideKinds, parseOverrides } from './run-overrides.ts'

test('reads lines of names and values, and of arguments', () => {
  expect(
    parseOverrides({ notebook_params: 'day = 2026-01-01\nq=a=b\n\n', python_params: '--x\n1' }),
  ).toEqual({
    notebook_params: { day: ' 2026-01-01', q: 'a=b' },
    python_params: ['--x', '1'],
  })
  expect(parseOverrides({ sql_params: ' \n' })).toEqual({})
  expect(() => parseOverrides({ sql_params: 'day' })).toThrow('“day” is not name=value')
})

test('asks only for what some task listens to, also inside a for-each', () => {
  const tasks = [
    { task_key: 'a', sql_task: {} },
    { task_key: 'b', for_each_task: { task: { task_key: 'c', notebook_task: {} } } },
  ]
  expect(overrideKinds({ tasks }).map(({ field }) => field)).toEqual([
    'notebook_params',
    'sql_params',
  ])
})
