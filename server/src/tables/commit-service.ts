/**
 * Turns written files into one commit.
 *
 * Several writes are planned one after another, each on the snapshot that the ones before would
 * make; what goes into the log is the difference between the first and the last snapshot. Files that
 * are not part of it are deleted once the commit is in place.
 */
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Ctx } from '../core/index.ts'
import type { CatalogEntry } from './catalog-store.ts'
import { scheduleCheckpoint } from './checkpoint-service.ts'
import { announceCommits } from './committed-service.ts'
import { removeOf, type Action, type AddFile } from './delta/actions.ts'
import { commit, type CommitPlan, type Committed } from './delta/commit.ts'
import { assertWritable } from './delta/protocol.ts'
import type { StructType } from './delta/schema.ts'
import { advance, type Snapshot } from './delta/snapshot.ts'
import { planAppend, type WrittenRows } from './operations/append.ts'
import { planMerge } from './operations/merge.ts'
import { planOverwrite } from './operations/overwrite.ts'
import { logAt, roomOf } from './room.ts'
import { WriteMode } from './types.ts'

export interface PendingWrite {
  readonly mode: WriteMode
  readonly keys: readonly string[]
  readonly add: AddFile
  readonly rows: number
  readonly schema: StructType
  readonly properties?: Readonly<Record<string, string>>
}

export interface CommitWritesInput {
  readonly entry: CatalogEntry
  readonly writes: readonly PendingWrite[]
  readonly txn?: { readonly appId: string; readonly version: number }
  /** The attempt whose rows these are. */
  readonly attemptId?: string
}

/** Commits the writes as one version and announces it. On an error the files are left to the caller. */
export async function commitWrites(ctx: Ctx, input: CommitWritesInput): Promise<Committed> {
  const { entry, attemptId, txn } = input
  const log = logAt(ctx, entry.location)
  let folded: Folded | undefined
  const plan = async (snapshot: Snapshot): Promise<CommitPlan> => {
    if (snapshot.metadata) {
      assertWritable(entry.name.full, snapshot.protocol, snapshot.metadata)
    }
    if (folded) await deleteFiles(entry.location, folded.made)
    folded = await foldWrites(ctx, snapshot, input)
    return folded.plan
  }
  try {
    const done = await commit(log, {
      table: entry.name.full,
      nowMs: ctx.now().getTime(),
      principal: ctx.principal.name,
      ...(txn ? { txn } : {}),
      plan,
    })
    const { version, snapshot } = done
    if (version === undefined) return done
    await deleteFiles(entry.location, folded?.unused ?? [])
    await announceCommits(ctx, {
      entry,
      version,
      ...(attemptId === undefined ? {} : { attemptId }),
    })
    scheduleCheckpoint(ctx, { log, snapshot, version })
    return done
  } catch (error) {
    if (folded) await deleteFiles(entry.location, folded.made)
    throw error
  }
}

interface Folded {
  readonly plan: CommitPlan
  /** Files that planning made. */
  readonly made: readonly AddFile[]
  /** Files, made or given, that the commit does not name. */
  readonly unused: readonly AddFile[]
}

async function foldWrites(ctx: Ctx, base: Snapshot, input: CommitWritesInput): Promise<Folded> {
  let snapshot = base
  const plans: CommitPlan[] = []
  const made: AddFile[] = []
  for (const write of input.writes) {
    const planned = await planWrite(ctx, snapshot, { ...input, write })
    const stamp = { version: base.version + 1, timestampMs: base.timestampMs }
    snapshot = advance(snapshot, planned.plan.actions, stamp)
    plans.push(planned.plan)
    made.push(...planned.made)
  }
  const [first] = plans
  const files = [...input.writes.map((write) => write.add), ...made]
  const unused = files.filter((file) => !snapshot.files.get(file.path))
  const plan: CommitPlan = {
    ...first,
    actions: plans.length === 1 ? (first?.actions ?? []) : difference(base, snapshot, ctx.now()),
    operation: first?.operation ?? 'WRITE',
    isBlindAppend: plans.every((one) => one.isBlindAppend === true),
  }
  return { plan, made, unused }
}

/** The actions that lead from one snapshot to another. */
function difference(from: Snapshot, to: Snapshot, now: Date): Action[] {
  const actions: Action[] = []
  if (to.protocol !== from.protocol || from.version < 0) actions.push({ protocol: to.protocol })
  if (to.metadata && to.metadata !== from.metadata) actions.push({ metaData: to.metadata })
  for (const [key, file] of from.files.entries()) {
    if (!to.files.get(key)) actions.push({ remove: removeOf(file, now.getTime()) })
  }
  for (const [key, add] of to.files.entries()) {
    if (!from.files.get(key)) actions.push({ add })
  }
  return actions
}

async function planWrite(
  ctx: Ctx,
  snapshot: Snapshot,
  input: CommitWritesInput & { readonly write: PendingWrite },
): Promise<{ plan: CommitPlan; made: readonly AddFile[] }> {
  const { entry, write } = input
  const rows: WrittenRows = {
    table: entry.name.full,
    schema: write.schema,
    files: write.rows > 0 ? [write] : [],
    nowMs: ctx.now().getTime(),
    ...(write.properties ? { properties: write.properties } : {}),
  }
  switch (write.mode) {
    case WriteMode.Append:
      return { plan: planAppend(snapshot, rows), made: [] }
    case WriteMode.Overwrite:
      return { plan: planOverwrite(snapshot, rows), made: [] }
    case WriteMode.Merge: {
      const { engine } = roomOf(ctx)
      const { location } = entry
      return planMerge(snapshot, { ...rows, engine, location, keys: write.keys })
    }
  }
}

export async function deleteFiles(location: string, files: readonly AddFile[]): Promise<void> {
  for (const file of files) await rm(join(location, file.path), { force: true })
}
