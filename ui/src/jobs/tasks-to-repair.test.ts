import { expect, it } from 'vitest'
import { tasksToRepair } from './tasks-to-repair.ts'
import type { RunTask } from './wire.ts'

function task(key: string, result: string, depends: readonly string[] = []): RunTask {
  return {
    run_id: 1,
    task_key: key,
    state: { life_cycle_state: 'TERMINATED', result_state: result },
    depends_on: depends.map((task_key) => ({ task_key })),
  }
}

it('runs again what failed and what depends on it, whatever its state, and keeps the rest', () => {
  const tasks = [
    task('a', 'SUCCESS'),
    task('b', 'FAILED', ['a']),
    task('c', 'UPSTREAM_FAILED', ['b']),
    task('always', 'SUCCESS', ['c']),
    task('other', 'SUCCESS', ['a']),
  ]
  expect(tasksToRepair(tasks)).toEqual({ again: ['b', 'c', 'always'], kept: ['a', 'other'] })
})
