import type { Selectable } from 'kysely'
import { newId, type Db } from '../core/index.ts'
import type { RegistryProtectionTable, RegistryRequestTable } from './tables.ts'
import { RequestState, type Protection, type Stage, type TransitionRequest } from './types.ts'

export interface NewRequest {
  readonly version: number
  readonly stage: Stage
  readonly creator: string
  readonly comment: string
  readonly createdAt: number
  readonly expiresAt: number | undefined
}

export async function insertRequest(db: Db, request: NewRequest): Promise<string> {
  const id = newId(request.createdAt)
  await db
    .insertInto('registry_request')
    .values({
      id,
      version: request.version,
      stage: request.stage,
      creator: request.creator,
      comment: request.comment,
      state: RequestState.Open,
      created_at: request.createdAt,
      expires_at: request.expiresAt ?? null,
    })
    .execute()
  return id
}

export interface Decision {
  readonly state: Exclude<RequestState, 'open'>
  readonly at: number
  readonly by: string
  readonly comment: string
}

/** Whether the request was still open and now is decided. */
export async function decideRequest(db: Db, id: string, decision: Decision): Promise<boolean> {
  const row = await db
    .updateTable('registry_request')
    .set({
      state: decision.state,
      decided_at: decision.at,
      decided_by: decision.by,
      decision_comment: decision.comment,
    })
    .where('id', '=', id)
    .where('state', '=', RequestState.Open)
    .returning('id')
    .executeTakeFirst()
  return row !== undefined
}

export interface RequestQuery {
  readonly name?: string | undefined
  readonly version?: number | undefined
  readonly stage?: Stage | undefined
  readonly state?: RequestState | undefined
  /** Only those that expire before this time. */
  readonly expiresBefore?: number | undefined
}

/** Requests, oldest first. */
export async function listRequestRows(db: Db, asked: RequestQuery): Promise<TransitionRequest[]> {
  let query = db
    .selectFrom('registry_request as r')
    .innerJoin('registry_version as v', 'v.id', 'r.version')
    .innerJoin('registry_model as m', 'm.id', 'v.model')
    .selectAll('r')
    .select(['m.name', 'v.version as number'])
    .orderBy('r.id')
    .limit(1000)
  if (asked.name !== undefined) query = query.where('m.name', '=', asked.name)
  if (asked.version !== undefined) query = query.where('v.version', '=', asked.version)
  if (asked.stage !== undefined) query = query.where('r.stage', '=', asked.stage)
  if (asked.state !== undefined) query = query.where('r.state', '=', asked.state)
  if (asked.expiresBefore !== undefined) {
    query = query.where('r.expires_at', '<=', asked.expiresBefore)
  }
  return (await query.execute()).map(toRequest)
}

export async function upsertProtection(db: Db, protection: Protection): Promise<void> {
  const values = {
    approvers: JSON.stringify(protection.approvers),
    expires_ms: protection.expiresMs ?? null,
  }
  await db
    .insertInto('registry_protection')
    .values({ name: protection.name, stage: protection.stage, ...values })
    .onConflict((c) => c.columns(['name', 'stage']).doUpdateSet(values))
    .execute()
}

export async function deleteProtection(db: Db, name: string, stage: Stage): Promise<void> {
  await db
    .deleteFrom('registry_protection')
    .where('name', '=', name)
    .where('stage', '=', stage)
    .execute()
}

/** A model keeps its protections under a new name. */
export async function renameProtections(db: Db, name: string, newName: string): Promise<void> {
  await db.deleteFrom('registry_protection').where('name', '=', newName).execute()
  await db
    .updateTable('registry_protection')
    .set({ name: newName })
    .where('name', '=', name)
    .execute()
}

export async function findProtectionRow(
  db: Db,
  name: string,
  stage: Stage,
): Promise<Protection | undefined> {
  const row = await db
    .selectFrom('registry_protection')
    .selectAll()
    .where('name', '=', name)
    .where('stage', '=', stage)
    .executeTakeFirst()
  return row && toProtection(row)
}

export async function listProtectionRows(db: Db): Promise<Protection[]> {
  const rows = await db
    .selectFrom('registry_protection')
    .selectAll()
    .orderBy('name')
    .orderBy('stage')
    .execute()
  return rows.map(toProtection)
}

function toProtection(row: Selectable<RegistryProtectionTable>): Protection {
  return {
    name: row.name,
    stage: row.stage,
    approvers: JSON.parse(row.approvers) as string[],
    expiresMs: row.expires_ms ?? undefined,
  }
}

interface RequestRow extends Omit<Selectable<RegistryRequestTable>, 'version'> {
  readonly name: string
  readonly number: number
}

function toRequest(row: RequestRow): TransitionRequest {
  return {
    id: row.id,
    name: row.name,
    version: row.number,
    stage: row.stage,
    creator: row.creator,
    comment: row.comment,
    state: row.state,
    createdAt: row.created_at,
    expiresAt: row.expires_at ?? undefined,
    decidedAt: row.decided_at ?? undefined,
    decidedBy: row.decided_by ?? undefined,
    decisionComment: row.decision_comment ?? undefined,
  }
}
