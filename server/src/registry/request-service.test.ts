import { describe, expect, test } from 'vitest'
import { listAudit, verifyAudit } from '../auth/index.ts'
import { listEdges, listEvents, type Ctx, type Principal } from '../core/index.ts'
import { testCtx, testDialects, type TestDialect } from '../core/testing.ts'
import { migrations } from '../app.ts'
import { createModel } from './model-service.ts'
import {
  approveRequest,
  cancelRequest,
  createRequest,
  expireRequests,
  listRequests,
  protectStage,
  rejectRequest,
} from './request-service.ts'
import { transitionStage } from './stage-service.ts'
import { Stage } from './types.ts'
import { createVersion, getVersion } from './version-service.ts'

const ann: Principal = { name: 'ann', kind: 'user', isOwner: false }
const bob: Principal = { name: 'bob', kind: 'user', isOwner: true }
const pipeline: Principal = { name: 'pipeline', kind: 'service_principal', isOwner: false }

const churn = { name: 'churn', version: 1, stage: Stage.Production } as const
const approval = { ...churn, archiveExisting: true, comment: 'fine' }

async function churnCtx(dialect: TestDialect): ReturnType<typeof testCtx> {
  const ctx = await testCtx(dialect, ...migrations.slice(1))
  await createModel(ctx, { name: 'churn' })
  await createVersion(ctx, { name: 'churn', source: 's3://bucket/model' })
  return ctx
}

function as(ctx: Ctx, principal: Principal): Ctx {
  return { ...ctx, principal }
}

describe.each(testDialects)('transition requests on %s', (dialect) => {
  test('a protected stage refuses a direct transition and says what to do', async () => {
    await using ctx = await churnCtx(dialect)
    await protectStage(ctx, { name: 'churn', stage: Stage.Production, approvers: ['*'] })
    const direct = transitionStage(as(ctx, bob), { ...churn, archiveExisting: false })
    await expect(direct).rejects.toMatchObject({
      code: 'REGISTRY_STAGE_PROTECTED',
      wire: 'PERMISSION_DENIED',
      message: expect.stringContaining('transition-requests/create') as string,
    })
    expect((await getVersion(ctx, churn)).stage).toBe('None')
    const staging = { ...churn, stage: Stage.Staging, archiveExisting: false }
    expect((await transitionStage(as(ctx, bob), staging)).stage).toBe('Staging')
  })

  test('the requester never approves, not even as an owner', async () => {
    await using ctx = await churnCtx(dialect)
    await createRequest(as(ctx, bob), churn)
    await expect(approveRequest(as(ctx, bob), approval)).rejects.toMatchObject({
      code: 'REGISTRY_OWN_REQUEST',
    })
    expect(await listRequests(ctx, { open: true })).toHaveLength(1)
  })

  test('only an approver decides, and * means people', async () => {
    await using ctx = await churnCtx(dialect)
    const stage = Stage.Production
    await protectStage(ctx, { name: 'churn', stage, approvers: ['ann'] })
    await createRequest(as(ctx, pipeline), churn)
    const notBob = {
      code: 'REGISTRY_NOT_APPROVER',
      message: expect.stringContaining('ann') as string,
    }
    await expect(approveRequest(as(ctx, bob), approval)).rejects.toMatchObject(notBob)
    await expect(rejectRequest(as(ctx, bob), churn)).rejects.toMatchObject(notBob)
    await protectStage(ctx, { name: 'churn', stage, approvers: ['*'] })
    const robot = as(ctx, { ...pipeline, name: 'robot' })
    await expect(approveRequest(robot, approval)).rejects.toMatchObject({
      code: 'REGISTRY_NOT_APPROVER',
    })
    await approveRequest(as(ctx, ann), approval)
    expect((await getVersion(ctx, churn)).stage).toBe('Production')
  })

  test('an approval moves the version, archives the old one and leaves every record', async () => {
    await using ctx = await churnCtx(dialect)
    await createVersion(ctx, { name: 'churn', source: 's3://bucket/model2' })
    await transitionStage(ctx, { ...churn, archiveExisting: false })
    const second = { ...churn, version: 2 }
    await createRequest(as(ctx, pipeline), { ...second, comment: 'passed its checks' })
    const activity = await approveRequest(as(ctx, ann), { ...approval, version: 2 })
    expect(activity).toMatchObject({
      type: 'APPROVED_REQUEST',
      userId: 'ann',
      fromStage: 'None',
      toStage: 'Production',
      comment: 'fine',
    })
    expect((await getVersion(ctx, churn)).stage).toBe('Archived')
    const events = await listEvents(ctx.db, { after: 0, limit: 50, subject: 'model:churn/2' })
    expect(events.map((event) => event.type)).toEqual([
      'registry.version_created',
      'registry.request_created',
      'registry.request_approved',
      'registry.version_stage_changed',
    ])
    expect(events.at(-1)?.payload).toEqual({
      name: 'churn',
      version: 2,
      from: 'None',
      to: 'Production',
      comment: 'fine',
      archived: [1],
    })
    const edges = await listEdges(ctx.db, { to: 'model:churn/2', kind: 'APPROVED' })
    expect(edges.map((edge) => [edge.from, edge.data['requested_by']])).toEqual([
      ['user:ann', 'pipeline'],
    ])
    const audit = await listAudit(ctx.db, { after: 0, limit: 50, subject: 'model:churn/2' })
    expect(audit.map((entry) => [entry.action, entry.principal])).toEqual([
      ['registry.request_created', 'pipeline'],
      ['registry.request_approved', 'ann'],
    ])
    expect((await verifyAudit(ctx.db)).broken).toBeUndefined()
    expect(await listRequests(ctx, { open: true })).toEqual([])
  })

  test('an expired request can not be approved and is closed by the sweep', async () => {
    await using ctx = await churnCtx(dialect)
    const stage = Stage.Production
    await protectStage(ctx, { name: 'churn', stage, approvers: ['*'], expiresMs: 60_000 })
    await createRequest(as(ctx, pipeline), churn)
    ctx.advance(60_000)
    await expect(approveRequest(as(ctx, ann), approval)).rejects.toMatchObject({
      code: 'REGISTRY_REQUEST_EXPIRED',
    })
    expect(await listRequests(ctx, { open: true })).toEqual([])
    expect(await expireRequests(ctx)).toBe(1)
    expect(await expireRequests(ctx)).toBe(0)
    expect((await listRequests(ctx, {})).map((request) => request.state)).toEqual(['expired'])
  })

  test('only the creator or an owner cancels a request', async () => {
    await using ctx = await churnCtx(dialect)
    await createRequest(as(ctx, pipeline), churn)
    const cancel = { ...churn, creator: 'pipeline' }
    await expect(cancelRequest(as(ctx, ann), cancel)).rejects.toMatchObject({
      code: 'REGISTRY_NOT_YOURS',
    })
    await cancelRequest(as(ctx, pipeline), churn)
    await expect(approveRequest(as(ctx, ann), approval)).rejects.toMatchObject({
      code: 'REGISTRY_REQUEST_NOT_FOUND',
    })
  })

  test('a second open request of the same person for the same stage is refused', async () => {
    await using ctx = await churnCtx(dialect)
    await createRequest(as(ctx, ann), churn)
    await expect(createRequest(as(ctx, ann), churn)).rejects.toMatchObject({
      wire: 'RESOURCE_ALREADY_EXISTS',
    })
  })
})
