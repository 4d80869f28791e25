import { describe, expect, test } from 'vitest'
import { listEvents } from '../core/index.ts'
import { testDialects } from '../core/testing.ts'
import { testServer, type TestServer } from '../test-server.ts'

async function newRun(server: TestServer, extras: Record<string, unknown> = {}): Promise<string> {
  const { body } = await server.call('POST', 'runs/create', {
    experiment_id: '0',
    start_time: 5,
    ...extras,
  })
  return String(body['run']?.['info']?.['run_id'])
}

describe.each(testDialects)('runs on %s', (dialect) => {
  test('answers everything that was logged to a run', async () => {
    await using server = await testServer(dialect)
    const runId = await newRun(server, { run_name: 'first', user_id: 'ann' })
    const batch = {
      run_id: runId,
      metrics: [
        { key: 'loss', value: 1, timestamp: 10, step: 1 },
        { key: 'loss', value: 'NaN', timestamp: 11, step: 2 },
        { key: 'acc', value: '0.5', timestamp: '10' },
      ],
      params: [{ key: 'depth', value: '3' }],
      tags: [{ key: 'team', value: 'churn' }],
    }
    expect(await server.call('POST', 'runs/log-batch', batch)).toEqual({ status: 200, body: {} })
    const { body } = await server.call('GET', 'runs/get', { run_id: runId })
    expect(body['run']).toEqual({
      info: {
        run_id: runId,
        run_uuid: runId,
        run_name: 'first',
        experiment_id: '0',
        user_id: 'ann',
        status: 'RUNNING',
        start_time: 5,
        artifact_uri: `mlflow-artifacts:/0/${runId}/artifacts`,
        lifecycle_stage: 'active',
      },
      data: {
        metrics: [
          { key: 'acc', value: 0.5, timestamp: 10, step: 0 },
          { key: 'loss', value: 'NaN', timestamp: 11, step: 2 },
        ],
        params: [{ key: 'depth', value: '3' }],
        tags: [
          { key: 'mlflow.runName', value: 'first' },
          { key: 'team', value: 'churn' },
        ],
      },
      inputs: {},
      outputs: {},
    })
  })

  test('keeps the latest metric by step, time and value, and each exact value once', async () => {
    await using server = await testServer(dialect)
    const run_id = await newRun(server)
    const log = (value: unknown, timestamp: number, step: number) =>
      server.call('POST', 'runs/log-metric', { run_id, key: 'm', value, timestamp, step })
    await log(1, 10, 3)
    await log(9, 20, 2)
    await log(0.5, 10, 3)
    await log(1, 10, 3)
    await log('Infinity', 5, -1)
    const { body } = await server.call('GET', 'runs/get', { run_id })
    const latest = { key: 'm', value: 1, timestamp: 10, step: 3 }
    expect(body['run']?.['data']?.['metrics']).toEqual([latest])
    const history = await server.call('GET', 'metrics/get-history', { run_id, metric_key: 'm' })
    expect(history.body['metrics']).toEqual([
      { key: 'm', value: Number.MAX_VALUE, timestamp: 5, step: -1 },
      { key: 'm', value: 0.5, timestamp: 10, step: 3 },
      latest,
      { key: 'm', value: 9, timestamp: 20, step: 2 },
    ])
  })

  test('pages through a history without losing or repeating a value', async () => {
    await using server = await testServer(dialect)
    const run_id = await newRun(server)
    const metrics = [1, 2, 3, 4, 5].map((step) => ({ key: 'm', value: 1, timestamp: 7, step }))
    await server.call('POST', 'runs/log-batch', { run_id, metrics })
    const steps: unknown[] = []
    let page_token: string | undefined
    do {
      const query = { run_id, metric_key: 'm', max_results: 2, ...(page_token && { page_token }) }
      const { body } = await server.call('GET', 'metrics/get-history', query)
      for (const metric of body['metrics'] ?? []) steps.push(metric['step'])
      page_token = body['next_page_token'] as string | undefined
    } while (page_token)
    expect(steps).toEqual([1, 2, 3, 4, 5])
  })

  test('refuses to change a param and writes nothing of the batch that tries', async () => {
    await using server = await testServer(dialect)
    const run_id = await newRun(server)
    const param = (value: string) => ({ run_id, key: 'p', value })
    await server.call('POST', 'runs/log-parameter', param('1'))
    expect((await server.call('POST', 'runs/log-parameter', param('1'))).status).toBe(200)
    const changed = await server.call('POST', 'runs/log-parameter', param('2'))
    expect(changed.status).toBe(400)
    expect(changed.body['message']).toBe(
      `Changing param values is not allowed. Param with key='p' was already logged with value='1' for run ID='${run_id}'. Attempted logging new value '2'.`,
    )
    const batch = await server.call('POST', 'runs/log-batch', {
      run_id,
      params: [
        { key: 'new', value: 'x' },
        { key: 'p', value: '2' },
      ],
      tags: [{ key: 't', value: 'v' }],
    })
    expect(batch.body['message']).toContain(`[{'key': 'p', 'old_value': '1', 'new_value': '2'}]`)
    const { body } = await server.call('GET', 'runs/get', { run_id })
    expect(body['run']?.['data']?.['params']).toEqual([{ key: 'p', value: '1' }])
  })

  test('a deleted run takes nothing until it is restored', async () => {
    await using server = await testServer(dialect)
    const run_id = await newRun(server)
    const tag = { run_id, key: 't', value: 'v' }
    await server.call('POST', 'runs/delete', { run_id })
    const refused = await server.call('POST', 'runs/set-tag', tag)
    expect([refused.status, refused.body['message']]).toEqual([
      400,
      `The run ${run_id} must be in the 'active' state. Current state is deleted.`,
    ])
    await server.call('POST', 'runs/restore', { run_id })
    expect((await server.call('POST', 'runs/set-tag', tag)).status).toBe(200)
    expect((await server.call('POST', 'runs/delete-tag', tag)).status).toBe(200)
    expect((await server.call('POST', 'runs/delete-tag', tag)).status).toBe(404)
  })

  test('announces a run once it starts and once it ends', async () => {
    await using server = await testServer(dialect)
    const run_id = await newRun(server)
    const update = { run_id, status: 'FINISHED', end_time: 9, run_name: 'renamed' }
    const updated = await server.call('POST', 'runs/update', update)
    expect(updated.body['run_info']?.['run_name']).toBe('renamed')
    await server.call('POST', 'runs/update', update)
    const events = await listEvents(server.ctx.db, { after: 0, limit: 10 })
    expect(events.map((e) => [e.type, e.payload])).toEqual([
      ['tracking.run_created', { run_id, experiment_id: '0' }],
      ['tracking.run_finished', { run_id, status: 'FINISHED' }],
    ])
  })
})

test('names the parameter that is missing or of the wrong type, as MLflow does', async () => {
  await using server = await testServer('sqlite')
  const missing = await server.call('POST', 'runs/log-metric', { run_id: 'r', key: 'k', value: 1 })
  expect(missing.body).toEqual({
    error_code: 'INVALID_PARAMETER_VALUE',
    message:
      "Missing value for required parameter 'timestamp'. See the API docs for more information about request parameters.",
  })
  const wrong = await server.call('POST', 'runs/set-tag', { run_id: 31, key: 'k', value: 'v' })
  expect(wrong.body['message']).toBe(
    "Invalid value 31 for parameter 'run_id' supplied:  Hint: Value was of type 'int'. See the API docs for more information about request parameters.",
  )
  const broken = await server.app.inject({
    method: 'POST',
    url: '/ajax-api/2.0/mlflow/runs/create',
    headers: { 'content-type': 'application/json' },
    body: '{"experiment_id": ',
  })
  expect([broken.statusCode, broken.json()]).toEqual([
    400,
    expect.objectContaining({ error_code: 'INVALID_PARAMETER_VALUE' }),
  ])
})
