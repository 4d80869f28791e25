import { expect, it } from 'vitest'
import { settleTask, stateOf } from './wire.ts'

const blocked = (message: string) => ({
  run_id: 1,
  task_key: 'deploy',
  start_time: 5,
  state: { life_cycle_state: 'BLOCKED', state_message: message },
})

it('tells a task that waits for a person from one that waits for other tasks', () => {
  const forPerson = settleTask(blocked('waiting for approval of churn 3 for Production'))
  expect(stateOf(forPerson.state)).toBe('BLOCKED')
  const forTasks = settleTask(blocked(''))
  expect(stateOf(forTasks.state)).toBe('NOT_STARTED')
  expect(forTasks.start_time).toBe(0)
})
