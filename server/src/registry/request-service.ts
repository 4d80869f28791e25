/**
 * Requests to move a version to a stage, and who may decide on them.
 *
 *   open ─ approve (someone else, an approver) → approved, and the version moves
 *        ─ reject (an approver)                → rejected
 *        ─ cancel (the creator, or an owner)   → cancelled
 *        ─ its time is over                    → expired
 *
 * A protected stage is reached in no other way. Each step writes its state, activity, audit link,
 * lineage edge and event in one transaction.
 */
import { appendAudit } from '../auth/index.ts'
import { appendEvent, inTransaction, recordEdge, type Ctx, type EventType } from '../core/index.ts'
import { insertActivity } from './activity-store.ts'
import { registryErrors } from './errors.ts'
import './events.ts'
import {
  decideRequest,
  deleteProtection,
  findProtectionRow,
  insertRequest,
  listProtectionRows,
  listRequestRows,
  upsertProtection,
  type Decision,
} from './request-store.ts'
import { moveVersion } from './stage-service.ts'
import {
  ActivityType,
  RequestState,
  type Activity,
  type Protection,
  type Stage,
  type TransitionRequest,
  type VersionRef,
} from './types.ts'
import { checkModelName } from './validation.ts'
import { getVersionRow } from './version-service.ts'

export interface CreateRequestInput extends VersionRef {
  readonly stage: Stage
  readonly comment?: string | undefined
}

/** Asks, in the caller's name, that a version be moved to a stage. */
export async function createRequest(
  ctx: Ctx,
  input: CreateRequestInput,
): Promise<TransitionRequest> {
  const { name, version, stage, comment = '' } = input
  return inTransaction(ctx, async (tx) => {
    const row = await getVersionRow(tx, input)
    if (row.stage === stage) throw registryErrors.REGISTRY_REQUEST_NEEDLESS(name, version, stage)
    const creator = tx.principal.name
    const open = await openRequests(tx, input)
    if (open.some((request) => request.creator === creator)) {
      throw registryErrors.REGISTRY_REQUEST_EXISTS(name, version, stage)
    }
    const createdAt = tx.now().getTime()
    const protection = await findProtectionRow(tx.db, name, stage)
    const expiresAt =
      protection?.expiresMs === undefined ? undefined : createdAt + protection.expiresMs
    const id = await insertRequest(tx.db, {
      version: row.id,
      stage,
      creator,
      comment,
      createdAt,
      expiresAt,
    })
    const request = await getRequest(tx, input, id)
    await record(tx, request, { type: 'registry.request_created', comment })
    await insertActivity(tx, row, {
      type: ActivityType.Requested,
      fromStage: row.stage,
      toStage: stage,
      comment,
    })
    return request
  })
}

export interface DecideInput extends VersionRef {
  readonly stage: Stage
  readonly comment?: string | undefined
}

export interface ApproveInput extends DecideInput {
  readonly archiveExisting: boolean
}

/** Approves the oldest open request for the stage and moves the version, in the caller's name. */
export async function approveRequest(ctx: Ctx, input: ApproveInput): Promise<Activity> {
  const { name, version, stage, comment = '' } = input
  return inTransaction(ctx, async (tx) => {
    const row = await getVersionRow(tx, input)
    const [request, ...others] = await undecided(tx, input)
    const open = [request, ...others]
    const approver = tx.principal.name
    if (open.some(({ creator }) => creator === approver)) {
      throw registryErrors.REGISTRY_OWN_REQUEST(approver, name, version)
    }
    await refuseOthersThanApprovers(tx, input)
    for (const each of open) await decide(tx, each, { state: RequestState.Approved, comment })
    await record(tx, request, { type: 'registry.request_approved', comment })
    await recordEdge(tx, {
      kind: 'APPROVED',
      from: `user:${approver}`,
      to: `model:${name}/${version}`,
      data: { stage, comment, request_id: request.id, requested_by: request.creator },
    })
    const activity = await insertActivity(tx, row, {
      type: ActivityType.Approved,
      fromStage: row.stage,
      toStage: stage,
      comment,
    })
    await moveVersion(tx, row, { ...input, comment })
    return activity
  })
}

export async function rejectRequest(ctx: Ctx, input: DecideInput): Promise<Activity> {
  const { name, version, stage, comment = '' } = input
  return inTransaction(ctx, async (tx) => {
    const row = await getVersionRow(tx, input)
    const [request, ...others] = await undecided(tx, input)
    await refuseOthersThanApprovers(tx, input)
    for (const each of [request, ...others]) {
      await decide(tx, each, { state: RequestState.Rejected, comment })
    }
    await record(tx, request, { type: 'registry.request_rejected', comment })
    await recordEdge(tx, {
      kind: 'REJECTED',
      from: `user:${tx.principal.name}`,
      to: `model:${name}/${version}`,
      data: { stage, comment, request_id: request.id, requested_by: request.creator },
    })
    return insertActivity(tx, row, {
      type: ActivityType.Rejected,
      fromStage: row.stage,
      toStage: stage,
      comment,
    })
  })
}

export interface CancelInput extends DecideInput {
  /** Whose request; the caller's own when absent. */
  readonly creator?: string | undefined
}

/** Takes a request back; only its creator or an owner may. */
export async function cancelRequest(ctx: Ctx, input: CancelInput): Promise<Activity> {
  const { name, version, stage, comment = '' } = input
  const creator = input.creator || ctx.principal.name
  return inTransaction(ctx, async (tx) => {
    const row = await getVersionRow(tx, input)
    const request = (await openRequests(tx, input)).find((each) => each.creator === creator)
    if (!request) throw registryErrors.REGISTRY_REQUEST_NOT_FOUND(name, version, stage)
    if (creator !== tx.principal.name && !tx.principal.isOwner) {
      throw registryErrors.REGISTRY_NOT_YOURS(tx.principal.name, 'request', creator)
    }
    await decide(tx, request, { state: RequestState.Cancelled, comment })
    await record(tx, request, { type: 'registry.request_cancelled', comment })
    return insertActivity(tx, row, {
      type: ActivityType.Cancelled,
      fromStage: row.stage,
      toStage: stage,
      comment,
    })
  })
}

export interface ListRequestsInput {
  readonly name?: string | undefined
  readonly version?: number | undefined
  /** Only those that still wait for a decision. */
  readonly open?: boolean | undefined
}

/** Requests, oldest first. */
export async function listRequests(
  ctx: Ctx,
  input: ListRequestsInput,
): Promise<TransitionRequest[]> {
  const { name, version } = input
  const state = input.open ? RequestState.Open : undefined
  const found = await listRequestRows(ctx.db, { name, version, state })
  return input.open ? found.filter((request) => !isOver(ctx, request)) : found
}

/** Closes requests whose time is over; answers how many. */
export async function expireRequests(ctx: Ctx): Promise<number> {
  const expiresBefore = ctx.now().getTime()
  const over = await listRequestRows(ctx.db, { state: RequestState.Open, expiresBefore })
  for (const request of over) {
    await inTransaction(ctx, async (tx) => {
      const comment = `Expired: nobody decided by ${isoTime(request.expiresAt)}`
      const row = await getVersionRow(tx, request)
      const closed = await decideRequest(tx.db, request.id, decision(tx, 'expired', comment))
      if (!closed) return
      await record(tx, request, { type: 'registry.request_cancelled', comment })
      await insertActivity(tx, row, {
        type: ActivityType.Cancelled,
        fromStage: row.stage,
        toStage: request.stage,
        systemComment: comment,
      })
    })
  }
  return over.length
}

export interface ProtectStageInput {
  readonly name: string
  readonly stage: Stage
  /** User names, or `*` for every person. */
  readonly approvers: readonly string[]
  /** How long a request stays open, in milliseconds; for ever when absent. */
  readonly expiresMs?: number | undefined
}

/** From now on versions reach the stage only by an approved request. The model need not exist yet. */
export async function protectStage(ctx: Ctx, input: ProtectStageInput): Promise<void> {
  checkModelName(input.name)
  if (input.approvers.length === 0) {
    throw registryErrors.REGISTRY_INVALID(
      `A protected stage needs at least one approver; '*' stands for every person`,
    )
  }
  const protection: Protection = { ...input, expiresMs: input.expiresMs }
  await inTransaction(ctx, async (tx) => {
    await upsertProtection(tx.db, protection)
    await appendAudit(tx, {
      action: 'registry.stage_protected',
      subject: `model:${input.name}`,
      data: {
        stage: input.stage,
        approvers: input.approvers,
        expires_ms: input.expiresMs ?? null,
      },
    })
  })
}

export async function unprotectStage(ctx: Ctx, name: string, stage: Stage): Promise<void> {
  await inTransaction(ctx, async (tx) => {
    await deleteProtection(tx.db, name, stage)
    await appendAudit(tx, {
      action: 'registry.stage_unprotected',
      subject: `model:${name}`,
      data: { stage },
    })
  })
}

export async function findProtection(
  ctx: Ctx,
  name: string,
  stage: Stage,
): Promise<Protection | undefined> {
  return findProtectionRow(ctx.db, name, stage)
}

export async function listProtections(ctx: Ctx): Promise<Protection[]> {
  return listProtectionRows(ctx.db)
}

/** Whether the caller could approve this request. */
export function mayDecide(
  ctx: Ctx,
  request: TransitionRequest,
  protection: Protection | undefined,
): boolean {
  return request.creator !== ctx.principal.name && isApprover(ctx, protection)
}

function isApprover(ctx: Ctx, protection: Protection | undefined): boolean {
  if (!protection) return true
  const { name, kind } = ctx.principal
  if (protection.approvers.includes(name)) return true
  // `*` means people: a job may decide only where it is named.
  return kind === 'user' && protection.approvers.includes('*')
}

async function refuseOthersThanApprovers(tx: Ctx, input: DecideInput): Promise<void> {
  const protection = await findProtectionRow(tx.db, input.name, input.stage)
  if (isApprover(tx, protection)) return
  const approvers = protection?.approvers.join(', ') ?? ''
  throw registryErrors.REGISTRY_NOT_APPROVER(tx.principal.name, input.stage, approvers)
}

/** The open requests for the stage, at least one, oldest first. */
async function undecided(
  tx: Ctx,
  input: DecideInput,
): Promise<[TransitionRequest, ...TransitionRequest[]]> {
  const { name, version, stage } = input
  const found = await listRequestRows(tx.db, { name, version, stage, state: RequestState.Open })
  const [first, ...others] = found.filter((request) => !isOver(tx, request))
  if (first) return [first, ...others]
  const expired = found.at(-1)
  if (expired) {
    throw registryErrors.REGISTRY_REQUEST_EXPIRED(name, version, isoTime(expired.expiresAt))
  }
  throw registryErrors.REGISTRY_REQUEST_NOT_FOUND(name, version, stage)
}

async function openRequests(tx: Ctx, input: DecideInput): Promise<TransitionRequest[]> {
  const { name, version, stage } = input
  const found = await listRequestRows(tx.db, { name, version, stage, state: RequestState.Open })
  return found.filter((request) => !isOver(tx, request))
}

function isOver(ctx: Ctx, request: TransitionRequest): boolean {
  return request.expiresAt !== undefined && request.expiresAt <= ctx.now().getTime()
}

function isoTime(at: number | undefined): string {
  return new Date(at ?? 0).toISOString()
}

async function getRequest(tx: Ctx, input: DecideInput, id: string): Promise<TransitionRequest> {
  const found = (await openRequests(tx, input)).find((request) => request.id === id)
  if (found) return found
  throw registryErrors.REGISTRY_REQUEST_NOT_FOUND(input.name, input.version, input.stage)
}

function decision(tx: Ctx, state: Decision['state'], comment: string): Decision {
  return { state, at: tx.now().getTime(), by: tx.principal.name, comment }
}

async function decide(
  tx: Ctx,
  request: TransitionRequest,
  how: { readonly state: Decision['state']; readonly comment: string },
): Promise<void> {
  const closed = await decideRequest(tx.db, request.id, decision(tx, how.state, how.comment))
  if (closed) return
  const { name, version, stage } = request
  throw registryErrors.REGISTRY_REQUEST_NOT_FOUND(name, version, stage)
}

type RequestEvent = Extract<EventType, `registry.request_${string}`>

async function record(
  tx: Ctx,
  request: TransitionRequest,
  what: { readonly type: RequestEvent; readonly comment: string },
): Promise<void> {
  const { name, version, stage, id, creator } = request
  const payload = { name, version, stage, request_id: id, creator, comment: what.comment }
  const subject = `model:${name}/${version}`
  await appendEvent(tx, { type: what.type, subject, payload })
  await appendAudit(tx, { action: what.type, subject, data: payload })
}
