import { expect, it } from 'vitest'
import { forEachInputs } from './for-each-inputs.ts'

const task = { run_id: 1, task_key: 'loop' }

it.each([
  [{ for_each_task: { inputs: '["eu", 2, {"a": 1}]' } }, ['eu', '2', '{"a":1}']],
  [{ for_each_task: { inputs: '{{tasks.list.values.files}}' } }, []],
  [
    {
      for_each_task: { inputs: '{{tasks.list.values.files}}' },
      resolved_values: { for_each_task: { inputs: '["x"]' } },
    },
    ['x'],
  ],
])('reads the inputs of %j', (fields, inputs) => {
  expect(forEachInputs({ ...task, ...fields })).toEqual(inputs)
})
