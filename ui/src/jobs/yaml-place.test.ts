import { expect, test } from 'vitest'
import { placeInYaml } from './yaml-place.ts'

/** `|` is the cursor. */
function placeOf(text: string): ReturnType<typeof placeInYaml> {
  const offset = text.indexOf('|')
  return placeInYaml(text.replace('|', ''), offset)
}

test.each([
  ['na|', [], 'key', 'na'],
  ['name: x\n|', [], 'key', ''],
  ['schedule:\n  |', ['schedule'], 'key', ''],
  ['schedule:\n  pause_status: PA|', ['schedule'], 'pause_status', 'PA'],
  ['tasks:\n  - |', ['tasks', '-'], 'key', ''],
  ['tasks:\n- ta|', ['tasks', '-'], 'key', 'ta'],
  ['tasks:\n  - task_key: a\n    |', ['tasks', '-'], 'key', ''],
  ['tasks:\n- task_key: a\n  run|', ['tasks', '-'], 'key', 'run'],
  [
    'tasks:\n  - task_key: a\n    depends_on:\n      - task_key: b|',
    ['tasks', '-', 'depends_on', '-'],
    'task_key',
    'b',
  ],
  [
    'tasks:\n  - task_key: a\n    condition_task:\n      op: X\n      |\n  - task_key: b',
    ['tasks', '-', 'condition_task'],
    'key',
    '',
  ],
  [
    'tasks:\n  - for_each_task:\n      task:\n        spark_python_task:\n          pyt|',
    ['tasks', '-', 'for_each_task', 'task', 'spark_python_task'],
    'key',
    'pyt',
  ],
])('knows where the cursor stands in %j', (text, ...[path, writes, word]) => {
  const place = placeOf(text)
  expect(place?.path).toEqual(path)
  expect(place?.writes.kind === 'value' ? place.writes.key : 'key').toBe(writes)
  expect(place?.word).toBe(word)
})

test('knows which keys are there already, of this item alone', () => {
  const text =
    'tasks:\n  - task_key: a\n    run_if: ALL_DONE\n    |\n    disabled: true\n  - task_key: b\n    timeout_seconds: 1'
  expect([...(placeOf(text)?.taken ?? [])].toSorted()).toEqual(['disabled', 'run_if', 'task_key'])
})

test('says nothing inside a comment', () => {
  expect(placeOf('name: a # com|')).toBeUndefined()
})
