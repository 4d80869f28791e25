import { expect, test } from 'vitest'
import { jobsBench } from '../../../tests/jobs/jobs-bench.ts'
import { resolvedParameters } from './run-parameters.ts'
import { LifeCycle, RunType, TriggerType, type JobRun } from './types.ts'

const run: JobRun = {
  runId: 70,
  jobId: 7,
  name: 'nightly',
  type: RunType.JobRun,
  trigger: TriggerType.Periodic,
  triggerInfo: {},
  creator: 'me',
  runAs: 'me',
  definitionHash: '',
  parameters: {
    started: '{{job.start_time.iso_date}} in {{job.name}}',
    older: '{{start_date}} {{job_id}}',
    due: '{{job.trigger.time.iso_datetime}}',
    of_a_task: '{{task.name}}',
    wrong: '{{job.start_time.nope}} {{job.id}}',
    plain: 'x',
  },
  overrides: {},
  createdAt: new Date('2026-01-02T23:59:59Z'),
  startedAt: new Date('2026-01-03T00:00:01Z'),
  endedAt: undefined,
  cancelRequestedAt: undefined,
  timeoutSeconds: 0,
  repairCount: 0,
  parentTaskRunId: undefined,
  healthBrokenAt: undefined,
  logicalAt: new Date('2026-01-02T23:00:00Z'),
  backfillId: undefined,
  lifeCycle: LifeCycle.Running,
  result: undefined,
  code: undefined,
  message: '',
}

test('shows the values that the references of parameters stand for', () => {
  expect(resolvedParameters(run, 'http://here')).toEqual({
    started: '2026-01-03 in nightly',
    older: '2026-01-03 7',
    due: '2026-01-02T23:00:00',
    of_a_task: '{{task.name}}',
    wrong: '{{job.start_time.nope}} {{job.id}}',
    plain: 'x',
  })
})

test('a run that waits in the queue has no start to refer to yet', () => {
  const queued = { ...run, startedAt: undefined }
  expect(resolvedParameters(queued, 'http://here')).toMatchObject({
    started: '{{job.start_time.iso_date}} in nightly',
    older: '{{start_date}} 7',
  })
})

test('runs/get and runs/list show them, beside the default as it was written', async () => {
  await using b = await jobsBench()
  const written = '{{job.start_time.iso_date}}'
  const runId = await b.run({
    parameters: [{ name: 'day', default: written }],
    tasks: [{ task_key: 't', condition_task: { op: 'EQUAL_TO', left: 'a', right: 'a' } }],
  })
  const ended = await b.ended(runId)
  const shown = [{ name: 'day', default: written, value: '2026-01-01' }]
  expect(ended['job_parameters']).toEqual(shown)
  expect(await b.get('runs/list', {})).toMatchObject({ runs: [{ job_parameters: shown }] })
})
