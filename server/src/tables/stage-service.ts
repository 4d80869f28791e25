/**
 * Staged writes: what a running attempt writes appears when it succeeds, once, or never.
 *
 *   writing a file → synced → row in our database (staged)
 *     staged → commitStage → Delta commit with txn {writer} → rows deleted, commit announced
 *     staged → discardStage → file deleted → row deleted
 *
 * A crash before the commit leaves everything staged; a crash behind it is seen by the `txn` in the
 * table's log when `commitStage` comes again. Either call may be repeated at any time.
 */
import type { Ctx } from '../core/index.ts'
import { findReservedEntry, type CatalogEntry } from './catalog-store.ts'
import { commitWrites, deleteUncommitted } from './commit-service.ts'
import { announceCommits } from './committed-service.ts'
import type { AddFile } from './delta/actions.ts'
import { findTxn } from './delta/txn-search.ts'
import { tablesErrors } from './errors.ts'
import { logAt } from './room.ts'
import { deleteStages, hasStages, listStages, type Stage } from './stage-store.ts'
import { forgetStaged } from './staged-reads.ts'
import { parseTableName } from './table-name.ts'

export interface CommitStageInput {
  readonly attemptId: string
  /** Who the rows are from across attempts, `job-run/<run>/<task>`: each table takes it once. */
  readonly writer: string
}

export interface CommittedTable {
  readonly table: string
  /** The version that holds the writer's rows; undefined when its log entry is gone. */
  readonly version: number | undefined
  readonly rows: number
  /** An earlier call had committed the writer's rows. */
  readonly skipped: boolean
}

/** Makes the staged writes of an attempt visible: per table one commit, all writes in their order. */
export async function commitStage(ctx: Ctx, input: CommitStageInput): Promise<CommittedTable[]> {
  const committed: CommittedTable[] = []
  if (!(await hasStages(ctx, input.attemptId))) {
    await forgetStaged(ctx, input.attemptId)
    return committed
  }
  for (const stages of groupByTable(await listStages(ctx.db, input))) {
    committed.push(await commitTable(ctx, stages, input))
  }
  await forgetStaged(ctx, input.attemptId)
  return committed
}

function groupByTable(stages: readonly Stage[]): (readonly Stage[])[] {
  const groups = new Map<string, Stage[]>()
  for (const stage of stages) {
    groups.set(stage.table, [...(groups.get(stage.table) ?? []), stage])
  }
  return [...groups.values()]
}

async function commitTable(
  ctx: Ctx,
  stages: readonly Stage[],
  input: CommitStageInput,
): Promise<CommittedTable> {
  const entry = await entryOf(ctx, stages)
  const done = await commitWrites(ctx, {
    entry,
    writes: stages.map((stage) => stage.write),
    txn: { appId: input.writer, version: 1 },
    attemptId: input.attemptId,
  })
  const table = entry.name.full
  const ids = stages.map((stage) => stage.id)
  const rows = stages.reduce((sum, stage) => sum + stage.rows, 0)
  if (!done.repeated) {
    await deleteStages(ctx.db, ids)
    return { table, version: done.version, rows, skipped: false }
  }
  const log = logAt(ctx, entry.location)
  const earlier = await findTxn(log, done.snapshot, { appId: input.writer, version: 1 })
  await deleteUncommitted(log, filesOf(stages), earlier?.added)
  if (earlier) {
    await announceCommits(ctx, { entry, version: earlier.version, attemptId: input.attemptId })
  }
  await deleteStages(ctx.db, ids)
  return { table, version: earlier?.version, rows, skipped: true }
}

async function entryOf(ctx: Ctx, stages: readonly Stage[]): Promise<CatalogEntry> {
  const [first] = stages
  const name = parseTableName(first?.table ?? '')
  const entry = await findReservedEntry(ctx.db, name)
  if (entry?.location === first?.location && entry) return entry
  throw tablesErrors.TABLES_COMMIT_CONFLICT(name.full, 'it was dropped after the rows were staged')
}

function filesOf(stages: readonly Stage[]): AddFile[] {
  return stages.flatMap((stage) => stage.write.adds)
}

/** Drops what an attempt has staged: its files and rows are gone, tables are as they were. */
export async function discardStage(ctx: Ctx, input: { readonly attemptId: string }): Promise<void> {
  for (const stages of groupByTable(await listStages(ctx.db, input))) {
    const [first] = stages
    if (!first) continue
    // A file may be one that was committed before a crash: a log that names it keeps it.
    await deleteUncommitted(logAt(ctx, first.location), filesOf(stages))
    const ids = stages.map((stage) => stage.id)
    await deleteStages(ctx.db, ids)
  }
  await forgetStaged(ctx, input.attemptId)
}
