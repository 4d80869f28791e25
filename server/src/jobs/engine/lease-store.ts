/**
 * Who drives a run. One engine owns it under a lease; `epoch` grows each time it is claimed, and a
 * transaction of an engine whose epoch is older finds nothing to write to.
 *
 *   unowned ──claim──▶ owned ──(ended)──▶ unowned
 *                       │ ▲ renewed while its engine lives
 *                       └─┴──(lease over, or on SQLite: its server ended)──claim──▶ owned by another
 *
 * SQLite belongs to one server, so whoever owned a run there before this server started is gone.
 */
import { sql } from 'kysely'
import { query, readScript, type Ctx } from '../../core/index.ts'

export const leaseMs = 30_000

/**
 * Takes the runs, or keeps them; the new epoch of each that this engine has now. On Postgres it passes
 * over runs whose row is locked, which another engine is about to claim or somebody is changing: their
 * mark stays, so that they are found again. With `wait` it waits for them.
 */
export async function claimRuns(
  tx: Ctx,
  runIds: readonly number[],
  { owner, wait = false }: { readonly owner: string; readonly wait?: boolean },
): Promise<Map<number, number>> {
  if (runIds.length === 0) return new Map()
  const shared = tx.database.dialect === 'postgres'
  const free = shared ? await lockFree(tx, runIds, { owner, wait }) : runIds
  if (free.length === 0) return new Map()
  const rows = await tx.db
    .updateTable('job_run')
    .set((eb) => ({
      owner,
      epoch: eb('epoch', '+', 1),
      lease_until: shared ? tx.now().getTime() + leaseMs : null,
      dirty: 0,
    }))
    .where('run_id', 'in', free)
    .where('active', '=', sql.lit(1))
    .returning(['run_id', 'epoch'])
    .execute()
  return new Map(rows.map((row) => [row.run_id, row.epoch]))
}

/** In the order of their ids, so that no two engines wait for each other. */
async function lockFree(
  tx: Ctx,
  runIds: readonly number[],
  { owner, wait }: { readonly owner: string; readonly wait: boolean },
): Promise<number[]> {
  const asked = tx.db
    .selectFrom('job_run')
    .select('run_id')
    .where('run_id', 'in', runIds)
    .where('active', '=', sql.lit(1))
    .where(mayClaim(tx, owner))
    .orderBy('run_id')
    .forUpdate()
  const rows = await (wait ? asked : asked.skipLocked()).execute()
  return rows.map((row) => row.run_id)
}

/** The epochs of active runs; on Postgres their rows stay as they are until the transaction ends. */
export async function holdEpochs(
  tx: Ctx,
  runIds: readonly number[],
): Promise<ReadonlyMap<number, number>> {
  const [first] = runIds
  if (first === undefined) return new Map()
  const rows = await readScript(
    tx,
    query<{ readonly run_id: number; readonly epoch: number }>(
      tx.database.dialect === 'postgres'
        ? `select run_id, epoch from job_run where active = 1
           and run_id in (select value::bigint from json_array_elements_text(?::json))
           order by run_id for update`
        : 'select run_id, epoch from job_run where active = 1 and run_id in (select value from json_each(?))',
      JSON.stringify(runIds),
    ),
  )
  return new Map(rows.map((row) => [Number(row.run_id), Number(row.epoch)]))
}

export async function renewLeases(ctx: Ctx, owner: string): Promise<void> {
  await ctx.db
    .updateTable('job_run')
    .set({ lease_until: ctx.now().getTime() + leaseMs })
    .where('active', '=', sql.lit(1))
    .where('owner', '=', owner)
    .execute()
}

/** Lets another engine have the runs at once, instead of when the lease is over. */
export async function releaseRuns(ctx: Ctx, owner: string): Promise<void> {
  await ctx.db
    .updateTable('job_run')
    .set({ owner: null, lease_until: null })
    .where('active', '=', sql.lit(1))
    .where('owner', '=', owner)
    .execute()
}

const scanLimit = 500

/** Runs that somebody changed and that this engine may drive. */
export async function listDirty(ctx: Ctx, owner: string): Promise<number[]> {
  const shared = ctx.database.dialect === 'postgres'
  const mayClaimIt = shared ? 'and (owner is null or owner = ? or lease_until < ?)' : ''
  const rows = await readScript(
    ctx,
    query<{ readonly run_id: number }>(
      `select run_id from job_run where dirty = 1 and active = 1 ${mayClaimIt} order by run_id limit ?`,
      ...(shared ? [owner, ctx.now().getTime()] : []),
      scanLimit,
    ),
  )
  return rows.map((row) => Number(row.run_id))
}

/** Active runs that no living engine drives: after a start, and when another server has died. */
export async function listAbandoned(ctx: Ctx, owner: string): Promise<number[]> {
  const rows = await ctx.db
    .selectFrom('job_run')
    .select('run_id')
    .where('active', '=', sql.lit(1))
    .where((eb) => eb.or([eb('owner', 'is', null), eb('owner', '!=', owner)]))
    .where(mayClaim(ctx, owner))
    .orderBy('run_id')
    .execute()
  return rows.map((row) => row.run_id)
}

function mayClaim(ctx: Ctx, owner: string): ReturnType<typeof sql<boolean>> {
  if (ctx.database.dialect === 'sqlite') return sql<boolean>`1 = 1`
  const now = ctx.now().getTime()
  return sql<boolean>`(owner is null or owner = ${owner} or lease_until < ${now})`
}
