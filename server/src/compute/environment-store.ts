import type { Selectable } from 'kysely'
import type { Db } from '../core/index.ts'
import type { ComputeEnvironmentTable } from './tables.ts'
import { EnvironmentState } from './types.ts'

/** An environment with what is known about its building. */
export interface EnvironmentRecord {
  readonly hash: string
  readonly lock: string
  readonly requirements: readonly string[]
  readonly pythonVersion: string
  readonly state: EnvironmentState
  readonly error: string | undefined
  readonly sizeBytes: number | undefined
  readonly createdAt: Date
  readonly readyAt: Date | undefined
}

export interface NewEnvironment {
  readonly hash: string
  readonly lock: string
  readonly requirements: readonly string[]
  readonly pythonVersion: string
  readonly createdAt: Date
}

/** Records an environment that is about to be built; one that is known keeps its record. */
export async function insertEnvironment(db: Db, input: NewEnvironment): Promise<void> {
  await db
    .insertInto('compute_environment')
    .values({
      hash: input.hash,
      lock: input.lock,
      requirements: JSON.stringify(input.requirements),
      python_version: input.pythonVersion,
      state: EnvironmentState.Building,
      error: null,
      size_bytes: null,
      created_at: input.createdAt.getTime(),
      ready_at: null,
    })
    .onConflict((c) => c.column('hash').doNothing())
    .execute()
}

export async function updateEnvironmentReady(
  db: Db,
  hash: string,
  ready: { readonly sizeBytes: number; readonly readyAt: Date },
): Promise<void> {
  await db
    .updateTable('compute_environment')
    .set({
      state: EnvironmentState.Ready,
      error: null,
      size_bytes: ready.sizeBytes,
      ready_at: ready.readyAt.getTime(),
    })
    .where('hash', '=', hash)
    .execute()
}

export async function updateEnvironmentFailed(db: Db, hash: string, error: string): Promise<void> {
  await db
    .updateTable('compute_environment')
    .set({ state: EnvironmentState.Failed, error })
    .where('hash', '=', hash)
    .execute()
}

export async function findEnvironment(
  db: Db,
  hash: string,
): Promise<EnvironmentRecord | undefined> {
  const row = await db
    .selectFrom('compute_environment')
    .selectAll()
    .where('hash', '=', hash)
    .executeTakeFirst()
  return row && toRecord(row)
}

export interface EnvironmentPosition {
  readonly createdAt: number
  readonly hash: string
}

/** Newest first; `after` is the last one of the page before. */
export async function listEnvironments(
  db: Db,
  page: { readonly limit: number; readonly after?: EnvironmentPosition },
): Promise<EnvironmentRecord[]> {
  const { limit, after } = page
  let query = db
    .selectFrom('compute_environment')
    .selectAll()
    .orderBy('created_at', 'desc')
    .orderBy('hash')
    .limit(limit)
  if (after) {
    query = query.where((eb) =>
      eb.or([
        eb('created_at', '<', after.createdAt),
        eb.and([eb('created_at', '=', after.createdAt), eb('hash', '>', after.hash)]),
      ]),
    )
  }
  return (await query.execute()).map(toRecord)
}

export interface Resolution {
  readonly hash: string
  readonly resolvedAt: Date
}

export async function findResolution(db: Db, key: string): Promise<Resolution | undefined> {
  const row = await db
    .selectFrom('compute_resolution')
    .selectAll()
    .where('key', '=', key)
    .executeTakeFirst()
  return row && { hash: row.hash, resolvedAt: new Date(Number(row.resolved_at)) }
}

export async function upsertResolution(db: Db, key: string, resolution: Resolution): Promise<void> {
  const row = { hash: resolution.hash, resolved_at: resolution.resolvedAt.getTime() }
  await db
    .insertInto('compute_resolution')
    .values({ key, ...row })
    .onConflict((c) => c.column('key').doUpdateSet(row))
    .execute()
}

function toRecord(row: Selectable<ComputeEnvironmentTable>): EnvironmentRecord {
  return {
    hash: row.hash,
    lock: row.lock,
    requirements: JSON.parse(row.requirements) as string[],
    pythonVersion: row.python_version,
    state: row.state,
    error: row.error ?? undefined,
    sizeBytes: row.size_bytes === null ? undefined : Number(row.size_bytes),
    createdAt: new Date(Number(row.created_at)),
    readyAt: row.ready_at === null ? undefined : new Date(Number(row.ready_at)),
  }
}
