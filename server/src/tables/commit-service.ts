/**
 * Turns written files into one commit.
 *
 * Several writes are planned one after another, each on the snapshot that the ones before would
 * make; what goes into the log is the difference between the first and the last snapshot. Files that
 * are not part of it are deleted once the commit is in place.
 */
import { findDiskFull, type Ctx } from '../core/index.ts'
import type { CatalogEntry } from './catalog-store.ts'
import { scheduleCheckpoint } from './checkpoint-service.ts'
import { announceCommits, type CommitNotice } from './committed-service.ts'
import { fileKey, removeOf, type Action, type AddFile } from './delta/actions.ts'
import { commit, type CommitPlan, type CommitRequest, type Committed } from './delta/commit.ts'
import type { DeltaLog } from './delta/delta-log.ts'
import { assertWritable } from './delta/protocol.ts'
import type { StructType } from './delta/schema.ts'
import { advance, type Snapshot } from './delta/snapshot.ts'
import { deleteDataFiles } from './duck/data-file.ts'
import type { Session } from './duck/engine.ts'
import { planAppend, type WrittenRows } from './operations/append.ts'
import { assertConstraints } from './operations/constraints.ts'
import { byKey, planMerge, type PlanWithFiles } from './operations/merge.ts'
import { planOverwrite } from './operations/overwrite.ts'
import { tablesErrors } from './errors.ts'
import { logAt, roomOf } from './room.ts'
import { toStorageError } from './storage-error.ts'
import { WriteMode } from './types.ts'

/** Rows in files, that wait to be committed. */
export interface RowsWrite {
  readonly mode: WriteMode
  readonly keys: readonly string[]
  readonly adds: readonly AddFile[]
  readonly schema: StructType
  readonly partitionColumns: readonly string[]
  readonly properties?: Readonly<Record<string, string>>
  readonly comment?: string
}

/** A change that is worked out on the snapshot it meets, such as an UPDATE. */
export interface ComputedWrite {
  readonly compute: (snapshot: Snapshot) => Promise<PlanWithFiles | undefined>
}

/** A change that was worked out before, on the files that it removes. */
export interface ChangeWrite {
  readonly change: CommitPlan
  /** The files that it adds. */
  readonly adds: readonly AddFile[]
}

export type PendingWrite = RowsWrite | ComputedWrite | ChangeWrite

export interface CommitWritesInput {
  readonly entry: CatalogEntry
  readonly writes: readonly PendingWrite[]
  readonly txn?: { readonly appId: string; readonly version: number }
  /** The attempt whose rows these are. */
  readonly attemptId?: string
  /** Given files are deleted when they do not get into the table. @default false */
  readonly ownsFiles?: boolean
}

/** Commits the writes as one version and announces it. */
export async function commitWrites(ctx: Ctx, input: CommitWritesInput): Promise<Committed> {
  const { entry, attemptId } = input
  const log = logAt(ctx, entry.location)
  const given = input.ownsFiles ? givenFiles(input.writes) : []
  let folded: Folded | undefined
  const plan = async (snapshot: Snapshot): Promise<CommitPlan | undefined> => {
    if (snapshot.metadata) {
      assertWritable(entry.name.full, snapshot.protocol, snapshot.metadata)
    }
    if (folded) await deleteDataFiles(entry.location, folded.made)
    folded = await foldWrites(ctx, snapshot, input)
    return folded.plan
  }
  let done: Committed
  try {
    done = await commit(log, { ...requestOf(ctx, input), plan })
  } catch (error) {
    await deleteUncommitted(log, [...(folded?.made ?? []), ...given])
    throw toStorageError(error)
  }
  const { version, snapshot } = done
  if (version === undefined) {
    await deleteUncommitted(log, given)
    return done
  }
  await deleteDataFiles(entry.location, folded?.unused ?? [])
  if (attemptId === undefined) await announceOrLeave(ctx, { entry, version })
  else await announceCommits(ctx, { entry, version, attemptId })
  scheduleCheckpoint(ctx, { log, snapshot, version })
  return done
}

/** The rows are in the table. Where the database has no room for the event, the sweep writes it later. */
async function announceOrLeave(ctx: Ctx, notice: CommitNotice): Promise<void> {
  try {
    await announceCommits(ctx, notice)
  } catch (error) {
    if (!findDiskFull(error)) throw error
    ctx.log.warn({ err: error, table: notice.entry.name.full }, 'a commit is announced later')
  }
}

function requestOf(ctx: Ctx, input: CommitWritesInput): Omit<CommitRequest, 'plan'> {
  return {
    table: input.entry.name.full,
    nowMs: ctx.now().getTime(),
    principal: ctx.principal.name,
    ...(input.txn ? { txn: input.txn } : {}),
  }
}

function givenFiles(writes: readonly PendingWrite[]): AddFile[] {
  return writes.flatMap((write) => ('adds' in write ? write.adds : []))
}

/**
 * Deletes files that no version of the table names. An error may come after the commit was in place
 * (a failed sync), so the log is asked; where it does not answer, leftovers are the lesser evil.
 */
export async function deleteUncommitted(
  log: DeltaLog,
  files: readonly AddFile[],
  alsoCommitted: ReadonlySet<string> = new Set(),
): Promise<void> {
  if (files.length === 0) return
  const snapshot = await log.update().catch(() => undefined)
  if (!snapshot) return
  const isCommitted = (key: string): boolean =>
    alsoCommitted.has(key) || Boolean(snapshot.files.get(key) ?? snapshot.tombstones.get(key))
  await deleteDataFiles(
    log.location,
    files.filter((file) => !isCommitted(fileKey(file))),
  )
}

export interface Folded {
  /** The table as it would be. */
  readonly snapshot: Snapshot
  /** Undefined when nothing is to be changed. */
  readonly plan: CommitPlan | undefined
  /** Files that planning made. */
  readonly made: readonly AddFile[]
  /** Files, made or given, that the commit does not name. */
  readonly unused: readonly AddFile[]
}

/** Plans writes one after another, without committing them. */
export async function foldWrites(
  ctx: Ctx,
  base: Snapshot,
  input: Pick<CommitWritesInput, 'entry' | 'writes'>,
): Promise<Folded> {
  let snapshot = base
  const plans: CommitPlan[] = []
  const made: AddFile[] = []
  try {
    for (const write of input.writes) {
      const planned = await planWrite(ctx, snapshot, { entry: input.entry, write })
      if (!planned) continue
      const stamp = { version: base.version + 1, timestampMs: base.timestampMs }
      snapshot = advance(snapshot, planned.plan.actions, stamp)
      plans.push(planned.plan)
      made.push(...planned.made)
    }
  } catch (error) {
    await deleteDataFiles(input.entry.location, made)
    throw error
  }
  const unused = [...givenFiles(input.writes), ...made].filter(
    (file) => !snapshot.files.get(fileKey(file)),
  )
  const [first] = plans
  if (!first) return { plan: undefined, made, unused, snapshot }
  const actions = plans.length === 1 ? first.actions : difference(base, snapshot, ctx.now())
  return { plan: { ...headline(plans, first), actions }, made, unused, snapshot }
}

/** What the history says of several writes in one commit. */
function headline(plans: readonly CommitPlan[], first: CommitPlan): Omit<CommitPlan, 'actions'> {
  if (plans.length === 1) return first
  const isUpsert = plans.every((plan) => plan.isBlindAppend || plan.parameters?.[byKey])
  const merge = plans.find((plan) => plan.parameters?.[byKey])
  const shown = (isUpsert ? merge : undefined) ?? plans.find((plan) => !plan.isBlindAppend) ?? first
  const { [byKey]: _, ...parameters } = shown.parameters ?? {}
  return {
    operation: shown.operation,
    parameters: isUpsert ? (shown.parameters ?? {}) : parameters,
    metrics: shown.metrics ?? {},
    isBlindAppend: plans.every((plan) => plan.isBlindAppend === true),
  }
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

interface PlanInput {
  readonly entry: CatalogEntry
  readonly write: PendingWrite
}

async function planWrite(
  ctx: Ctx,
  snapshot: Snapshot,
  { entry, write }: PlanInput,
): Promise<PlanWithFiles | undefined> {
  if ('compute' in write) return write.compute(snapshot)
  if ('change' in write) {
    assertUntouched(entry.name.full, snapshot, write.change)
    return { plan: write.change, made: [] }
  }
  const { location } = entry
  const rows = { ...write, table: entry.name.full, location, nowMs: ctx.now().getTime() }
  if (!needsSession(snapshot, write)) return { plan: planFiles(snapshot, rows), made: [] }
  return roomOf(ctx).engine.session(
    async (session) => {
      if (snapshot.metadata) await checkRows(session, snapshot, rows)
      if (write.mode === WriteMode.Merge) return planMerge(session, snapshot, rows)
      return { plan: planFiles(snapshot, rows), made: [] }
    },
    { inner: true },
  )
}

/** A change stands as long as every file that it rewrites is still the one it read. */
function assertUntouched(table: string, snapshot: Snapshot, change: CommitPlan): void {
  const gone = change.actions.some(({ remove }) => remove && !snapshot.files.get(fileKey(remove)))
  if (gone) throw tablesErrors.TABLES_COMMIT_CONFLICT(table, 'rows that it changes were rewritten')
}

// Most tables have no constraint, and most writes append: those are planned without SQL.
function needsSession(snapshot: Snapshot, write: RowsWrite): boolean {
  if (write.mode === WriteMode.Merge) return true
  const keys = Object.keys(snapshot.metadata?.configuration ?? {})
  const hasCheck = keys.some((key) => key.startsWith('delta.constraints.'))
  return hasCheck || snapshot.schema.fields.some((field) => !field.nullable)
}

async function checkRows(
  session: Session,
  snapshot: Snapshot,
  rows: WrittenRows & { readonly location: string },
): Promise<void> {
  const { metadata } = snapshot
  if (metadata) await assertConstraints(session, { ...rows, metadata })
}

function planFiles(
  snapshot: Snapshot,
  rows: WrittenRows & { readonly mode: WriteMode },
): CommitPlan {
  return rows.mode === WriteMode.Overwrite
    ? planOverwrite(snapshot, rows)
    : planAppend(snapshot, rows)
}
