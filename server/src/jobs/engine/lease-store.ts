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

/** Takes the run, or keeps it; the new epoch, or undefined when another engine has it. */
export async function claimRun(tx: Ctx, runId: number, owner: string): Promise<number | undefined> {
  const now = tx.now().getTime()
  const shared = tx.database.dialect === 'postgres'
  const row = await tx.db
    .updateTable('job_run')
    .set((eb) => ({
      owner,
      epoch: eb('epoch', '+', 1),
      lease_until: shared ? now + leaseMs : null,
      dirty: 0,
    }))
    .where('run_id', '=', runId)
    .where('active', '=', sql.lit(1))
    .where((eb) =>
      shared
        ? eb.or([eb('owner', 'is', null), eb('owner', '=', owner), eb('lease_until', '<', now)])
        : eb.lit(true),
    )
    .returning('epoch')
    .executeTakeFirst()
  return row?.epoch
}

/** Whether this engine still has the run; holds it until the transaction ends. */
export async function holdsRun(
  tx: Ctx,
  run: { readonly runId: number; readonly epoch: number },
): Promise<boolean> {
  const forUpdate = tx.database.dialect === 'postgres' ? ' for update' : ''
  const [row] = await readScript(
    tx,
    query<{ readonly epoch: number }>(
      `select epoch from job_run where run_id = ? and active = 1${forUpdate}`,
      run.runId,
    ),
  )
  return row !== undefined && Number(row.epoch) === run.epoch
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
      `select run_id from job_run where dirty = 1 ${mayClaimIt} order by run_id limit ?`,
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
