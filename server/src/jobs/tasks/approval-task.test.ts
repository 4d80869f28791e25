import { expect, test } from 'vitest'
import {
  eventually,
  jobsBench,
  results,
  type JobsBench,
} from '../../../../tests/jobs/jobs-bench.ts'

async function mlflow(b: JobsBench, path: string, body: object): Promise<void> {
  const url = `/api/2.0/mlflow/${path}`
  const response = await b.app.inject({ method: 'POST', url, body })
  if (response.statusCode !== 200) throw new Error(`${path}: ${response.body}`)
}

async function withVersion(b: JobsBench): Promise<void> {
  await mlflow(b, 'registered-models/create', { name: 'churn' })
  await mlflow(b, 'model-versions/create', { name: 'churn', source: 'mlflow-artifacts:/x' })
}

function approval(version: string): object {
  return {
    task_key: 'approve',
    approval_task: { model_name: 'churn', model_version: version, stage: 'Production' },
  }
}

const blocked = (b: JobsBench, runId: number) =>
  eventually(async () => (await b.view(runId)).state.life_cycle_state).toBe('BLOCKED')

test('goes on when the version is moved to its stage, also while the engine is away', async () => {
  await using b = await jobsBench()
  await withVersion(b)
  const tasks = [
    { task_key: 'v', condition_task: { op: 'EQUAL_TO', left: '1', right: '1' } },
    { ...approval('{{job.parameters.version}}'), depends_on: [{ task_key: 'v' }] },
  ]
  const runId = await b.run({ tasks, parameters: [{ name: 'version', default: '1' }] })
  await blocked(b, runId)
  await b.restart()
  await mlflow(b, 'model-versions/transition-stage', {
    name: 'churn',
    version: '1',
    stage: 'Production',
    archive_existing_versions: false,
  })
  const run = await b.ended(runId)
  expect(results(run)).toEqual({ v: 'SUCCESS', approve: 'SUCCESS' })
  expect(run.tasks[1]?.state.state_message).toMatch(/moved churn 1 to Production$/)
})

test('need not wait for what has been decided, and fails for a version that was archived', async () => {
  await using b = await jobsBench()
  await withVersion(b)
  const move = (stage: string) =>
    mlflow(b, 'model-versions/transition-stage', {
      name: 'churn',
      version: '1',
      stage,
      archive_existing_versions: false,
    })
  await move('Production')
  expect(results(await b.ended(await b.run({ tasks: [approval('1')] })))).toEqual({
    approve: 'SUCCESS',
  })
  await move('Archived')
  const run = await b.ended(await b.run({ tasks: [approval('1')] }))
  expect(run.tasks[0]?.state).toMatchObject({
    result_state: 'FAILED',
    state_message: expect.stringMatching(/archived churn 1/),
  })
})

test('fails with the words of who rejected the request', async () => {
  await using b = await jobsBench()
  await withVersion(b)
  const runId = await b.run({ tasks: [approval('1')] })
  await blocked(b, runId)
  const request = { name: 'churn', version: '1', stage: 'Production' }
  await mlflow(b, 'transition-requests/create', request)
  await mlflow(b, 'transition-requests/reject', { ...request, comment: 'not yet' })
  const run = await b.ended(runId)
  expect(run.state.result_state).toBe('FAILED')
  expect(run.state.state_message).toMatch(/rejected Production for churn 1: not yet$/)
})

test('times out when nobody decides', async () => {
  await using b = await jobsBench()
  const task = approval('1') as { approval_task: object }
  const timed = { ...task, approval_task: { ...task.approval_task, timeout_seconds: 60 } }
  const runId = await b.run({ tasks: [timed] })
  await blocked(b, runId)
  b.ctx.advance(61_000)
  b.ctx.events.wake()
  expect((await b.ended(runId)).tasks[0]?.state.result_state).toBe('TIMEDOUT')
})
