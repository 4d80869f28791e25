import fc from 'fast-check'
import { expect, test } from 'vitest'
import { resolveReferences, type ReferenceScope } from './references.ts'

const values = new Map([
  ['list', '[1,2]'],
  ['text', '"t"'],
  ['deep', '{"a":{"b":true}}'],
])

const scope: ReferenceScope = {
  job: {
    id: 7,
    name: 'nightly',
    runId: 70,
    repairCount: 1,
    parameters: { day: 'monday', 'a-b': 'dashed', 'x y': 'spaced' },
    startedAt: new Date('2026-10-24T05:06:07Z'),
  },
  trigger: {
    type: 'PERIODIC',
    time: new Date('2026-10-25T23:00:00Z'),
    fileLocation: undefined,
    updatedTables: ['main.default.a'],
  },
  backfill: new Date('2026-10-01T00:00:00Z'),
  task: { name: 'train', runId: 71, executionCount: 2 },
  findTask: (key) =>
    key === 'before'
      ? { runId: 72, result: 'SUCCESS', code: 'SUCCESS', executionCount: 1 }
      : undefined,
  findTaskValue: (task, name) => (task === 'before' ? values.get(name) : undefined),
  findRows: (task) => (task === 'before' ? [{ n: 1, s: 'x' }] : undefined),
  workspaceUrl: 'http://here',
  input: { value: { name: 'eu', deep: { n: 3 } } },
}

test.each([
  ['{{job.id}}-{{job.run_id}}', '7-70'],
  ['{{ job.name }}', 'nightly'],
  ['{{job.parameters.day}}', 'monday'],
  ['{{job.parameters.`a-b`}} {{job.parameters.`x y`}}', 'dashed spaced'],
  ['{{job.repair_count}} {{job.trigger.type}}', '1 periodic'],
  ['{{job.trigger.time.iso_date}} {{job.trigger.time.is_weekday}}', '2026-10-25 false'],
  ['{{job.trigger.table_update.updated_tables}}', '["main.default.a"]'],
  ['{{job.start_time.iso_datetime}} {{job.start_time.iso_weekday}}', '2026-10-24T05:06:07 6'],
  ['{{job.start_time.timestamp_ms}}', String(Date.parse('2026-10-24T05:06:07Z'))],
  ['{{task.name}} {{task.run_id}} {{task.execution_count}}', 'train 71 2'],
  ['{{tasks.before.run_id}} {{tasks.before.result_state}}', '72 success'],
  ['{{tasks.before.values.list}} {{tasks.before.values.text}}', '[1,2] t'],
  ['{{tasks.`before`.values.deep.a.b}}', 'true'],
  ['{{tasks.before.output.first_row.s}} {{tasks.before.output.rows}}', 'x [{"n":1,"s":"x"}]'],
  ['{{input.name}} {{input.deep.n}} {{input}}', 'eu 3 {"name":"eu","deep":{"n":3}}'],
  ['{{backfill.iso_date}} {{backfill.iso_datetime}}', '2026-10-01 2026-10-01T00:00:00'],
  ['{{workspace.url}}', 'http://here'],
  [
    '{{job_id}} {{run_id}} {{parent_run_id}} {{start_date}} {{task_key}} {{task_retry_count}}',
    '7 71 70 2026-10-24 train 1',
  ],
  [
    '{{unknown.name}} {{secrets/scope/key}} {{job.id',
    '{{unknown.name}} {{secrets/scope/key}} {{job.id',
  ],
  ['{job.id} {{}} {{job .id}}', '{job.id} {{}} {{job .id}}'],
])('%s becomes %s', (text, expected) => {
  expect(resolveReferences({ deep: [text] }, scope)).toEqual({ deep: [expected] })
})

test.each([
  ['{{job.notebook_url}}', 'job has id, name'],
  ['{{job.parameters.nope}}', "the job has no parameter 'nope' (it has: day, a-b, x y)"],
  ['{{job.trigger.file_arrival.location}}', 'not started by a file_arrival trigger'],
  ['{{job.start_time.iso_year}}', 'a time has iso_date'],
  ['{{tasks.other.run_id}}', "there is no task 'other' in this run"],
  ['{{tasks.before.values.nope}}', "task 'before' has set no value 'nope'"],
  ['{{tasks.before.colour}}', 'a task has run_id'],
  ['{{tasks.before.values.deep.c}}', "there is no field 'c'"],
  ['{{backfill.nope}}', 'a time has iso_date'],
])('%s is an error', (text, problem) => {
  expect(() => resolveReferences(text, scope)).toThrow(problem)
  expect(() => resolveReferences(text, scope)).toThrow(`The reference ${text} means nothing`)
})

test('a run that no backfill started has no logical time of one', () => {
  const alone = { ...scope, backfill: undefined }
  expect(() => resolveReferences('{{backfill.iso_date}}', alone)).toThrow('not part of a backfill')
})

test('leaves every text without a reference as it is', () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      fc.pre(!/\{\{\s*(job|task|input|workspace|backfill|run_id|parent|start)/.test(text))
      expect(resolveReferences(text, scope)).toBe(text)
    }),
  )
})
