/**
 * What a running attempt sees of its own staged writes: the table as it would be after them.
 *
 * The view is kept as long as neither the table nor the staged writes change; files that only the
 * view needs are deleted with it.
 */
import { inTransaction, type Ctx } from '../core/index.ts'
import { getEntry, openTable } from './catalog-service.ts'
import { findReservedEntry, type CatalogEntry } from './catalog-store.ts'
import { foldWrites } from './commit-service.ts'
import type { DeltaLog } from './delta/delta-log.ts'
import type { Snapshot } from './delta/snapshot.ts'
import { deleteDataFiles } from './duck/data-file.ts'
import { logAt, roomOf } from './room.ts'
import { rowsOf } from './operations/append.ts'
import { deleteStages, insertStage, listStages } from './stage-store.ts'
import type { TableName } from './table-name.ts'

export interface OpenedTable {
  readonly entry: CatalogEntry
  readonly log: DeltaLog
  readonly snapshot: Snapshot
  /** The snapshot holds staged rows of the caller, which no version has yet. */
  readonly isStaged: boolean
}

/** The table as the caller sees it: committed, and with what its own attempt has staged. */
export async function openForCaller(ctx: Ctx, name: TableName): Promise<OpenedTable> {
  const staged = await findStaged(ctx, name)
  if (staged) return staged
  const entry = await getEntry(ctx, name)
  return { entry, ...(await openTable(ctx, entry)), isStaged: false }
}

/** The table with the staged writes of the calling attempt, where it has any. */
export async function findStaged(ctx: Ctx, name: TableName): Promise<OpenedTable | undefined> {
  const { attemptId } = ctx.principal
  if (attemptId === undefined) return undefined
  const stages = await listStages(ctx.db, { attemptId, table: name.full })
  const last = stages.at(-1)
  const entry = last && (await findReservedEntry(ctx.db, name))
  if (!entry) return undefined
  const log = logAt(ctx, entry.location)
  const base = await log.update()
  const { stagedViews } = roomOf(ctx)
  const key = `${attemptId}/${entry.id}`
  const state = `${base.version}/${last.id}`
  const known = stagedViews.get(key)
  if (known?.state === state) return { entry, log, snapshot: known.snapshot, isStaged: true }
  const writes = stages.map((stage) => stage.write)
  const { snapshot, made, plan } = await foldWrites(ctx, base, { entry, writes })
  if (known) await deleteDataFiles(known.location, known.made)
  stagedViews.set(key, { state, snapshot, plan, made, location: entry.location })
  return { entry, log, snapshot, isStaged: true }
}

/** Drops what was kept for an attempt that has ended. */
export async function forgetStaged(ctx: Ctx, attemptId: string): Promise<void> {
  const { stagedViews } = roomOf(ctx)
  for (const [key, view] of stagedViews) {
    if (!key.startsWith(`${attemptId}/`)) continue
    stagedViews.delete(key)
    await deleteDataFiles(view.location, view.made)
  }
}

/**
 * Turns the staged writes of a table into the one change that the attempt sees, when that change
 * rests on files of the view: what is staged next may name them, so they have to last.
 */
export async function settleStaged(
  ctx: Ctx,
  entry: CatalogEntry,
  attemptId: string,
): Promise<void> {
  const { stagedViews } = roomOf(ctx)
  const key = `${attemptId}/${entry.id}`
  const view = stagedViews.get(key)
  if (!view?.plan || view.made.length === 0) return
  const stages = await listStages(ctx.db, { attemptId, table: entry.name.full })
  const [first] = stages
  if (!first) return
  const adds = [...stages.flatMap((stage) => stage.write.adds), ...view.made]
  const { plan } = view
  await inTransaction(ctx, async (tx) => {
    const ids = stages.map((stage) => stage.id)
    await deleteStages(tx.db, ids)
    await insertStage(tx.db, { ...first, write: { change: plan, adds }, rows: rowsOf(adds) })
  })
  // The files are the staged change's now.
  stagedViews.delete(key)
}
