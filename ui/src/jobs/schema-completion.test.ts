import { expect, test } from 'vitest'
import { suggest, taskKeysIn, type Schema } from './schema-completion.ts'
import { placeInYaml } from './yaml-place.ts'

const schema: Schema = {
  type: 'object',
  properties: {
    name: { type: 'string', description: 'Shown in lists.' },
    tags: { type: 'object', patternProperties: { '^.*$': { type: 'string' } } },
    schedule: {
      type: 'object',
      required: ['timezone_id'],
      properties: {
        timezone_id: { type: 'string' },
        pause_status: { anyOf: [{ const: 'UNPAUSED' }, { const: 'PAUSED' }], default: 'UNPAUSED' },
      },
    },
    tasks: {
      type: 'array',
      items: {
        type: 'object',
        properties: {
          task_key: { type: 'string' },
          disabled: { type: 'boolean' },
          depends_on: {
            type: 'array',
            items: { type: 'object', properties: { task_key: { type: 'string' } } },
          },
        },
      },
    },
  },
}

function suggestions(text: string): readonly { readonly label: string; readonly text: string }[] {
  const offset = text.indexOf('|')
  const whole = text.replace('|', '')
  const place = placeInYaml(whole, offset)
  return place === undefined ? [] : suggest(schema, place, { taskKeys: taskKeysIn(whole) })
}

const labels = (text: string) => suggestions(text).map(({ label }) => label)

test('offers the keys that are not there yet, with what must follow them', () => {
  expect(labels('name: a\n|')).toEqual(['tags', 'schedule', 'tasks'])
  const [, schedule, tasks] = suggestions('name: a\n|')
  expect(schedule?.text).toBe('schedule:\n  ')
  expect(tasks?.text).toBe('tasks:\n  - ')
  expect(labels('tasks:\n  - task_key: a\n    |')).toEqual(['disabled', 'depends_on'])
})

test('offers the values of a choice, and the tasks of this text', () => {
  expect(labels('schedule:\n  pause_status: |')).toEqual(['UNPAUSED', 'PAUSED'])
  expect(labels('tasks:\n  - task_key: a\n    disabled: |')).toEqual(['true', 'false'])
  const text = 'tasks:\n  - task_key: load\n  - task_key: b\n    depends_on:\n      - task_key: |'
  expect(labels(text)).toEqual(['load', 'b'])
  expect(labels('schedule:\n  timezone_id: |')).toContain('Europe/Berlin')
})

test('offers nothing where anything may stand', () => {
  expect(labels('tags:\n  te|')).toEqual([])
})
