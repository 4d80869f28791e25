import { describe, expect, test } from 'vitest'
import { testDialects } from '../core/testing.ts'
import { testServer, type TestServer } from '../test-server.ts'

async function post(server: TestServer, room: string, body: object) {
  const url = `/api/millrace/1.0/${room}/import`
  const response = await server.app.inject({ method: 'POST', url, body })
  return { status: response.statusCode, body: response.json<Record<string, unknown>>() }
}

const run = {
  run_id: 'a'.repeat(32),
  experiment_id: '0',
  run_name: 'fit',
  status: 'FINISHED',
  start_time: 5,
  end_time: 9,
}
const source = `mlflow-artifacts:/0/${run.run_id}/artifacts/model`

function model(versions: readonly number[]): object {
  return {
    name: 'churn',
    creation_timestamp: 1,
    aliases: [{ alias: 'champion', version: versions[0] }],
    versions: versions.map((version) => ({
      version,
      source,
      run_id: run.run_id,
      stage: 'Production',
      creation_timestamp: 2,
      last_updated_timestamp: 3,
      tags: [{ key: 'why', value: 'better' }],
    })),
  }
}

describe.each(testDialects)('importing on %s', (dialect) => {
  test('keeps ids, numbers, times and stages, and does nothing twice', async () => {
    await using server = await testServer(dialect)
    const first = await post(server, 'tracking', { runs: [run] })
    expect(first.body['runs']).toEqual([
      { id: run.run_id, artifact_uri: `mlflow-artifacts:/0/${run.run_id}/artifacts`, is_new: true },
    ])
    const again = await post(server, 'tracking', { runs: [{ ...run, run_name: 'other' }] })
    expect(again.body['runs']).toMatchObject([{ is_new: false }])
    const { body } = await server.call('GET', 'runs/get', { run_id: run.run_id })
    expect(body['run']?.['info']).toMatchObject({
      run_name: 'fit',
      status: 'FINISHED',
      start_time: 5,
      end_time: 9,
    })

    expect((await post(server, 'registry', model([2, 5]))).body).toEqual({ versions_added: 2 })
    expect((await post(server, 'registry', model([2, 5]))).body).toEqual({ versions_added: 0 })
    const version = await server.call('GET', 'model-versions/get', { name: 'churn', version: '5' })
    expect(version.body['model_version']).toMatchObject({
      current_stage: 'Production',
      creation_timestamp: 2,
      last_updated_timestamp: 3,
      tags: [{ key: 'why', value: 'better' }],
    })
    const next = await server.call('POST', 'model-versions/create', {
      name: 'churn',
      source,
      run_id: run.run_id,
    })
    expect(next.body['model_version']?.['version']).toBe('6')
  })

  test('keeps the ids of logged models', async () => {
    await using server = await testServer(dialect)
    const logged = {
      model_id: `m-${'b'.repeat(32)}`,
      experiment_id: '0',
      name: 'model',
      status: 'LOGGED_MODEL_READY',
      creation_timestamp: 7,
      params: [{ key: 'depth', value: '3' }],
    }
    for (const is_new of [true, false]) {
      const { body } = await post(server, 'tracking', { logged_models: [logged] })
      expect(body['logged_models']).toMatchObject([{ id: logged.model_id, is_new }])
    }
    const { body } = await server.call('GET', `logged-models/${logged.model_id}`)
    expect(body['model']?.['info']).toMatchObject({ creation_timestamp_ms: 7, name: 'model' })
    expect(body['model']?.['data']).toMatchObject({ params: [{ key: 'depth', value: '3' }] })
  })

  test('refuses what can not be, and then writes nothing', async () => {
    await using server = await testServer(dialect)
    const bad = { ...run, run_id: '../x' }
    expect((await post(server, 'tracking', { runs: [run, bad] })).status).toBe(400)
    const nowhere = { ...run, experiment_id: '99' }
    expect((await post(server, 'tracking', { runs: [run, nowhere] })).status).toBe(200)
    const other = { ...nowhere, run_id: 'c'.repeat(32) }
    const fresh = { ...run, run_id: 'd'.repeat(32) }
    expect((await post(server, 'tracking', { runs: [fresh, other] })).status).toBe(404)
    const missing = await server.call('GET', 'runs/get', { run_id: fresh.run_id })
    expect(missing.status).toBe(404)
    const unknownStage = { ...model([1]), versions: [{ version: 1, source, stage: 'Best' }] }
    expect((await post(server, 'registry', unknownStage)).status).toBe(400)
    expect((await post(server, 'registry', { name: 'a/b', creation_timestamp: 1 })).status).toBe(
      400,
    )
    expect((await post(server, 'tracking', { runs: [{ ...run, colour: 1 }] })).status).toBe(400)
  })
})
