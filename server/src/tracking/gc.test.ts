import { describe, expect, test } from 'vitest'
import { listAudit } from '../auth/index.ts'
import { testDialects } from '../core/testing.ts'
import { testServer, type TestServer } from '../test-server.ts'
import { listArtifacts, writeArtifact } from './artifact-service.ts'
import { insertLeftover } from './gc-store.ts'
import { collectGarbage, dropLeftovers, type GcInput, type GcReport } from './gc-service.ts'
import { runScript } from '../core/index.ts'

const dayMs = 24 * 3600 * 1000

async function makeRun(server: TestServer, experiment = '0'): Promise<string> {
  const made = await server.call('POST', 'runs/create', { experiment_id: experiment })
  const info = made.body['run']?.['info']
  const id = String(info?.['run_id'])
  const metrics = [{ key: 'm', value: 1, timestamp: 1, step: 1 }]
  const params = [{ key: 'p', value: 'v' }]
  await server.call('POST', 'runs/log-batch', { run_id: id, metrics, params })
  await writeArtifact(server.ctx, `${String(info?.['artifact_uri'])}/f.txt`, Buffer.from('x'))
  return id
}

const remove = (server: TestServer, run: string) =>
  server.call('POST', 'runs/delete', { run_id: run })

const files = async (server: TestServer, folder: string) =>
  (await listArtifacts(server.ctx, `mlflow-artifacts:/${folder}`)).map((file) => file.path)

async function gc(server: TestServer, input: Partial<GcInput> = {}): Promise<GcReport> {
  return collectGarbage(server.ctx, { dryRun: false, olderThanMs: 0, ...input })
}

describe.each(testDialects)('garbage collection on %s', (dialect) => {
  test('deletes what is deleted and old enough, rows and files, and leaves the rest', async () => {
    await using server = await testServer(dialect)
    const [active, old, young] = [
      await makeRun(server),
      await makeRun(server),
      await makeRun(server),
    ]
    await remove(server, old)
    server.ctx.advance(31 * dayMs)
    await remove(server, young)
    const planned = await gc(server, { dryRun: true, olderThanMs: 30 * dayMs })
    expect(planned).toEqual({
      deleted: [{ kind: 'run', id: old, artifacts: `0/${old}` }],
      kept: [
        {
          kind: 'run',
          id: young,
          artifacts: `0/${young}`,
          because: ['deleted only since 2026-02-01T00:00:00.000Z'],
        },
      ],
    })
    expect((await server.call('GET', 'runs/get', { run_id: old })).status).toBe(200)
    expect(await gc(server, { olderThanMs: 30 * dayMs })).toEqual(planned)
    expect((await server.call('GET', 'runs/get', { run_id: old })).status).toBe(404)
    expect(await files(server, '0')).toEqual([active, young].sort())
    const kept = await server.call('GET', 'runs/get', { run_id: active })
    expect(kept.body['run']?.['data']?.['params']).toEqual([{ key: 'p', value: 'v' }])
    const [entry] = (await listAudit(server.ctx.db, { after: 0, limit: 10 })).slice(-1)
    expect([entry?.action, entry?.data['runs']]).toEqual(['tracking.purged', [old]])
    expect(await gc(server, { olderThanMs: 30 * dayMs })).toMatchObject({ deleted: [] })
  })

  test('keeps what a model version needs, by its run or by its files, and says which', async () => {
    await using server = await testServer(dialect)
    const byRun = await makeRun(server)
    const byFiles = await makeRun(server)
    await server.call('POST', 'registered-models/create', { name: 'churn' })
    const version = (input: Record<string, string>) =>
      server.call('POST', 'model-versions/create', { name: 'churn', ...input })
    await version({ source: `runs:/${byRun}/model`, run_id: byRun })
    await version({ source: `mlflow-artifacts:/0/${byFiles}/artifacts/model` })
    for (const run of [byRun, byFiles]) await remove(server, run)
    const report = await gc(server)
    expect(report.deleted).toEqual([])
    expect(report.kept.map(({ id, because }) => [id, because])).toEqual([
      [byRun, ['version churn/1']],
      [byFiles, ['version churn/2']],
    ])
    await server.call('DELETE', 'model-versions/delete', { name: 'churn', version: '1' })
    expect((await gc(server)).deleted.map((item) => item.id)).toEqual([byRun])
  })

  test('a decision keeps its version’s run when the version is deleted', async () => {
    await using server = await testServer(dialect)
    const run = await makeRun(server)
    await server.call('POST', 'registered-models/create', { name: 'churn' })
    const source = { name: 'churn', source: `runs:/${run}/model`, run_id: run }
    await server.call('POST', 'model-versions/create', source)
    await server.ctx.db
      .insertInto('gate_evaluation')
      .values({
        id: 'e1',
        model: 'churn',
        version: 1,
        contract_version: 1,
        champion_version: null,
        dataset: 'main.default.x',
        dataset_version: 0,
        passed: 1,
        checks: '[]',
        principal: 'owner',
        created_at: 0,
      })
      .execute()
    await server.call('DELETE', 'model-versions/delete', { name: 'churn', version: '1' })
    await remove(server, run)
    expect((await gc(server)).kept).toMatchObject([
      { id: run, because: ['decision e1 on churn/1'] },
    ])
  })

  test('an experiment goes with all that is in it, or stays with what is kept', async () => {
    await using server = await testServer(dialect)
    const made = await server.call('POST', 'experiments/create', { name: 'gone' })
    const experiment = String(made.body['experiment_id'])
    const run = await makeRun(server, experiment)
    const model = await server.call('POST', 'logged-models', { experiment_id: experiment })
    const modelId = String(model.body['model']?.['info']?.['model_id'])
    await server.call('POST', 'experiments/delete', { experiment_id: experiment })
    expect((await gc(server, { dryRun: true })).kept).toMatchObject([
      { kind: 'experiment', because: ['runs or logged models in it'] },
    ])
    await server.call('DELETE', `logged-models/${modelId}`)
    const report = await gc(server)
    expect(report.deleted.map((item) => item.id)).toEqual([run, modelId, experiment])
    expect(await files(server, experiment)).toEqual([])
    const again = await server.call('POST', 'experiments/create', { name: 'gone' })
    expect(again.status).toBe(200)
  })

  test('asked for one that is not deleted, it refuses and deletes nothing', async () => {
    await using server = await testServer(dialect)
    const [active, deleted] = [await makeRun(server), await makeRun(server)]
    await remove(server, deleted)
    await expect(gc(server, { runIds: [deleted, active] })).rejects.toMatchObject({
      code: 'TRACKING_NOT_DELETED',
    })
    expect((await server.call('GET', 'runs/get', { run_id: deleted })).status).toBe(200)
  })

  test('files that a killed server had yet to delete go at the next start', async () => {
    await using server = await testServer(dialect)
    const run = await makeRun(server)
    await runScript(server.ctx, () => insertLeftover(`0/${run}`, 0))
    await dropLeftovers(server.ctx)
    await dropLeftovers(server.ctx)
    expect(await files(server, '0')).toEqual([])
  })
})

test.each([
  ['no JSON', '{"dry_run": true'],
  ['a text', '"dry run"'],
  ['a field that is not known', '{"dryrun": true}'],
])('nothing is deleted on a request whose body is %s', async (_what, body) => {
  await using server = await testServer('sqlite')
  const run = await makeRun(server)
  await remove(server, run)
  const answer = await server.app.inject({
    method: 'POST',
    url: '/api/millrace/1.0/tracking/gc',
    headers: { 'content-type': 'application/json' },
    body,
  })
  expect(answer.statusCode).toBe(400)
  expect((await server.call('GET', 'runs/get', { run_id: run })).status).toBe(200)
})
