/**
 * Small appends that wait together and are committed together.
 *
 *   add → waiting → (the group before is in the log) gathered → one Parquet file, synced
 *     → one Delta commit with every caller's txn → answered, each with the version
 *
 * While a group is on its way the next one gathers, so the number of syncs does not grow with the
 * number of callers. A commit has one author, and one txn for an application: a call that would make
 * it two waits for the next group.
 */
import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { Ctx } from '../../core/index.ts'
import type { CatalogEntry } from '../catalog-store.ts'
import { scheduleCheckpoint } from '../checkpoint-service.ts'
import { deleteUncommitted } from '../commit-service.ts'
import { announceCommits } from '../committed-service.ts'
import type { AddFile, Txn } from '../delta/actions.ts'
import { commit, hasSeen, type CommitPlan, type Committed } from '../delta/commit.ts'
import type { DeltaLog } from '../delta/delta-log.ts'
import { assertWritable } from '../delta/protocol.ts'
import type { StructType } from '../delta/schema.ts'
import type { Snapshot } from '../delta/snapshot.ts'
import { formatStats } from '../delta/stats.ts'
import { deleteDataFiles } from '../duck/data-file.ts'
import { syncFolder, writeNewFile } from '../log-stores/local.ts'
import { planAppend, typesOf } from '../operations/append.ts'
import { logAt } from '../room.ts'
import { toStorageError } from '../storage-error.ts'
import type { Cell, Cells } from './cells.ts'
import { encodeParquet } from './parquet-file.ts'

export interface QueuedAppend {
  readonly ctx: Ctx
  readonly entry: CatalogEntry
  /** The columns that the cells were fitted to. */
  readonly schema: StructType
  readonly cells: Cells
  readonly rows: number
  readonly txn: Txn | undefined
}

export interface AppendOutcome {
  readonly version: number
  /** The table had seen the transaction before; nothing was written, and this is its newest version. */
  readonly repeated: boolean
}

interface Member extends QueuedAppend {
  readonly answer: (outcome: AppendOutcome | undefined) => void
  readonly fail: (error: unknown) => void
}

const maxRows = 50_000
const maxGatherMs = 10
const queues = new WeakMap<DeltaLog, AppendQueue>()

/** Appends rows with whoever else appends now; undefined when the table's columns have changed meanwhile. */
export function appendTogether(append: QueuedAppend): Promise<AppendOutcome | undefined> {
  const log = logAt(append.ctx, append.entry.location)
  const queue = queues.get(log) ?? new AppendQueue(log)
  queues.set(log, queue)
  return queue.add(append)
}

class AppendQueue {
  readonly #log: DeltaLog
  #waiting: Member[] = []
  #isRunning = false
  #lastSize = 0
  #lastMs = 0

  constructor(log: DeltaLog) {
    this.#log = log
  }

  add(append: QueuedAppend): Promise<AppendOutcome | undefined> {
    const { promise, resolve, reject } = Promise.withResolvers<AppendOutcome | undefined>()
    this.#waiting.push({ ...append, answer: resolve, fail: reject })
    if (!this.#isRunning) void this.#run()
    return promise
  }

  async #run(): Promise<void> {
    this.#isRunning = true
    while (this.#waiting.length > 0) {
      await this.#gather()
      const { group, rest } = takeGroup(this.#waiting)
      this.#waiting = rest
      const started = performance.now()
      await commitGroup(this.#log, group)
      this.#lastMs = performance.now() - started
      this.#lastSize = group.length
    }
    this.#isRunning = false
  }

  /**
   * Waits a moment for callers that have just been answered and come again: without it groups of
   * one and of all others take turns. Never longer than half of what a commit takes.
   */
  async #gather(): Promise<void> {
    const end = performance.now() + Math.min(this.#lastMs / 2, maxGatherMs)
    while (this.#waiting.length < this.#lastSize && performance.now() < end) await delay(1)
  }
}

function takeGroup(waiting: readonly Member[]): { group: Member[]; rest: Member[] } {
  const author = waiting[0]?.ctx.principal.name
  const applications = new Set<string>()
  const group: Member[] = []
  const rest: Member[] = []
  let rows = 0
  for (const member of waiting) {
    const application = member.txn?.appId
    const fits =
      member.ctx.principal.name === author &&
      (rows === 0 || rows + member.rows <= maxRows) &&
      (application === undefined || !applications.has(application))
    if (application !== undefined) applications.add(application)
    if (fits) rows += member.rows
    const part = fits ? group : rest
    part.push(member)
  }
  return { group, rest }
}

async function commitGroup(log: DeltaLog, group: readonly Member[]): Promise<void> {
  const [first] = group
  if (!first) return
  const { ctx, entry } = first
  const table = entry.name.full
  const nowMs = ctx.now().getTime()
  let files: AddFile[] = []
  let taken: readonly Member[] = []
  const plan = async (snapshot: Snapshot): Promise<CommitPlan | undefined> => {
    await deleteDataFiles(log.location, files)
    files = []
    taken = group.filter((member) => isWanted(snapshot, member))
    if (taken.length === 0 || !snapshot.metadata) return undefined
    assertWritable(table, snapshot.protocol, snapshot.metadata)
    const { schema } = snapshot
    files = [await writeTogether(log.location, schema, { members: taken, nowMs })]
    const rows = { table, schema, partitionColumns: [], adds: files, nowMs }
    const txns = taken.flatMap(({ txn }) => (txn ? [txn] : []))
    return { ...planAppend(snapshot, rows), ...(txns.length > 0 ? { txns } : {}) }
  }
  try {
    const done = await commit(log, { table, nowMs, principal: ctx.principal.name, plan })
    void settle(first, done, { group, taken })
  } catch (error) {
    await deleteUncommitted(log, files)
    for (const member of group) member.fail(toStorageError(error))
  }
}

/** Whether the rows are to be written: they fit still, and the table has not seen them. */
function isWanted(snapshot: Snapshot, member: Member): boolean {
  return fits(snapshot, member) && !(member.txn && hasSeen(snapshot, member.txn))
}

function fits({ metadata, schema }: Snapshot, member: Member): boolean {
  return metadata?.partitionColumns.length === 0 && typesOf(schema) === typesOf(member.schema)
}

interface Settled {
  readonly group: readonly Member[]
  readonly taken: readonly Member[]
}

// Not waited for by the next group: the event comes after its commit, whoever else has committed since.
async function settle(first: Member, done: Committed, { group, taken }: Settled): Promise<void> {
  const { ctx, entry } = first
  const { version, snapshot } = done
  if (version !== undefined) {
    scheduleCheckpoint(ctx, { log: logAt(ctx, entry.location), snapshot, version })
    await announceCommits(ctx, { entry, version }).catch((error: unknown) => {
      ctx.log.warn({ err: error, table: entry.name.full }, 'a commit is announced later')
    })
  }
  for (const member of group) {
    if (version !== undefined && taken.includes(member)) member.answer({ version, repeated: false })
    else if (fits(snapshot, member)) member.answer({ version: snapshot.version, repeated: true })
    else member.answer(undefined)
  }
}

interface WriteInput {
  readonly members: readonly Member[]
  readonly nowMs: number
}

/** One synced file with the rows of all, in order of asking. */
async function writeTogether(
  location: string,
  schema: StructType,
  { members, nowMs }: WriteInput,
): Promise<AddFile> {
  const cells = schema.fields.map((_, i) =>
    members.flatMap((one): readonly Cell[] => one.cells[i] ?? []),
  )
  const rows = members.reduce((sum, member) => sum + member.rows, 0)
  const { bytes, stats } = await encodeParquet(schema, cells)
  const path = `part-00000-${randomUUID()}-c000.snappy.parquet`
  const add: AddFile = {
    path,
    partitionValues: {},
    size: bytes.byteLength,
    modificationTime: nowMs,
    dataChange: true,
    stats: formatStats(schema, rows, stats),
  }
  try {
    await Promise.all([writeNewFile(join(location, path), bytes), syncFolder(location)])
  } catch (error) {
    await deleteDataFiles(location, [add])
    throw error
  }
  return add
}
