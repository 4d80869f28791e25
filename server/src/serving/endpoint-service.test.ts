import { describe, expect, test } from 'vitest'
import { authMigrations } from '../auth/index.ts'
import { computeMigrations } from '../compute/index.ts'
import { listEdges, listEvents, type Ctx } from '../core/index.ts'
import { testCtx, testDialects } from '../core/testing.ts'
import { createModel, createVersion, registryMigrations } from '../registry/index.ts'
import { trackingMigrations } from '../tracking/index.ts'
import { startDeployment, whenDeployed } from './deploy-service.ts'
import {
  createEndpoint,
  deleteEndpoint,
  getEndpoint,
  listEndpoints,
  patchTags,
  updateConfig,
  waitForEndpoint,
} from './endpoint-service.ts'
import { insertPendingConfig, promotePending } from './endpoint-store.ts'
import { getLiveEndpoint } from './invocation-service.ts'
import { servingMigrations } from './migrations.ts'
import type { ConfigSpec } from './types.ts'

const rooms = [
  authMigrations,
  trackingMigrations,
  registryMigrations,
  computeMigrations,
  servingMigrations,
]

function configOf(version: number): ConfigSpec {
  const name = `churn-${version}`
  const model = { name: 'churn', version }
  const run = { workloadSize: 'Small', scaleToZero: false, environmentVars: {} } as const
  return { entities: [{ name, model, ...run, trafficPercentage: 100 }], capture: undefined }
}

async function registerEmptyVersions(ctx: Ctx): Promise<void> {
  await createModel(ctx, { name: 'churn' })
  for (const _ of [1, 2])
    await createVersion(ctx, { name: 'churn', source: 'mlflow-artifacts:/0/m' })
}

describe.each(testDialects)('endpoints on %s', (dialect) => {
  test('a config whose model cannot be loaded fails by name, and another may be asked for', async () => {
    await using ctx = await testCtx(dialect, ...rooms)
    await registerEmptyVersions(ctx)
    const input = { name: 'live', config: configOf(1), tags: [], description: '' }
    const created = await createEndpoint(ctx, input)
    expect(created).toMatchObject({ update: 'IN_PROGRESS', live: undefined, creator: 'owner' })
    const failed = await waitForEndpoint(ctx, 'live')
    expect(failed).toMatchObject({
      update: 'UPDATE_FAILED',
      message: expect.stringMatching(/^churn-1: /) as string,
      live: undefined,
      pending: { version: 1, entities: [{ state: 'DEPLOYMENT_FAILED' }] },
    })
    await expect(getLiveEndpoint(ctx, 'live')).rejects.toMatchObject({
      code: 'SERVING_ENDPOINT_NOT_READY',
    })
    const again = await updateConfig(ctx, 'live', configOf(2))
    expect(again).toMatchObject({ update: 'IN_PROGRESS', message: '', pending: { version: 2 } })
    await whenDeployed(ctx, 'live')
    const events = await listEvents(ctx.db, {
      after: 0,
      limit: 100,
      types: ['serving.endpoint_changed'],
    })
    expect(events.map(({ payload }) => (payload as { state: string }).state)).toEqual([
      'UPDATING',
      'UPDATE_FAILED',
      'UPDATING',
      'UPDATE_FAILED',
    ])
  })

  test('of updates at the same time one is taken; the others are told or come after it', async () => {
    await using ctx = await testCtx(dialect, ...rooms)
    await registerEmptyVersions(ctx)
    await createEndpoint(ctx, { name: 'live', config: configOf(1), tags: [], description: '' })
    await whenDeployed(ctx, 'live')
    const updates = [1, 2, 3, 4].map(() => updateConfig(ctx, 'live', configOf(2)))
    const answers = await Promise.allSettled(updates)
    const taken = answers.flatMap((one) => (one.status === 'fulfilled' ? one.value : []))
    const versions = new Set(taken.map(({ pending }) => pending?.version))
    expect(versions).toEqual(new Set(taken.map((_, i) => i + 2)))
    expect(taken.length).toBeGreaterThan(0)
    for (const one of answers.filter(({ status }) => status === 'rejected')) {
      expect(one).toMatchObject({ reason: { code: 'SERVING_UPDATE_IN_PROGRESS' } })
    }
    await whenDeployed(ctx, 'live')
  })

  test('only the pending config goes live', async () => {
    await using ctx = await testCtx(dialect, ...rooms)
    await registerEmptyVersions(ctx)
    const input = { name: 'live', config: configOf(1), tags: [], description: '' }
    const { id } = await createEndpoint(ctx, input)
    await whenDeployed(ctx, 'live')
    const made = { endpointId: id, spec: configOf(2), creator: 'owner', createdAt: ctx.now() }
    expect(await insertPendingConfig(ctx.db, made)).toBe(2)
    const promote = (configVersion: number) =>
      promotePending(ctx.db, { endpointId: id, configVersion }, ctx.now())
    expect([await promote(1), await promote(2), await promote(2)]).toEqual([false, true, false])
    expect(await getEndpoint(ctx, 'live')).toMatchObject({
      update: 'NOT_UPDATING',
      live: { version: 2 },
      pending: undefined,
    })
    // Its model is gone, so after a restart nothing answers, and that is said.
    startDeployment(ctx, 'live')
    await expect(getLiveEndpoint(ctx, 'live')).rejects.toMatchObject({ status: 503 })
  })

  test('names are unique, tags replace each other, and a deleted endpoint is gone', async () => {
    await using ctx = await testCtx(dialect, ...rooms)
    await registerEmptyVersions(ctx)
    const input = { name: 'live', config: configOf(1), tags: [], description: '' }
    await createEndpoint(ctx, input)
    await expect(createEndpoint(ctx, input)).rejects.toMatchObject({
      code: 'SERVING_ENDPOINT_EXISTS',
    })
    await expect(createEndpoint(ctx, { ...input, name: 'a b' })).rejects.toThrow(/'a b' cannot/)
    await expect(
      createEndpoint(ctx, { ...input, name: 'other', config: configOf(9) }),
    ).rejects.toMatchObject({ status: 404 })
    await patchTags(ctx, 'live', { add: [{ key: 'a', value: '1' }], remove: [] })
    const tags = await patchTags(ctx, 'live', {
      add: [
        { key: 'b', value: '2' },
        { key: 'c', value: '3' },
      ],
      remove: ['a'],
    })
    expect((await listEndpoints(ctx)).map((endpoint) => endpoint.tags)).toEqual([tags])
    await whenDeployed(ctx, 'live')
    await deleteEndpoint(ctx, 'live')
    await expect(getEndpoint(ctx, 'live')).rejects.toMatchObject({ status: 404 })
    expect(await listEdges(ctx.db, { to: 'endpoint:live' })).toEqual([])
  })
})
