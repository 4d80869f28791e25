import { readdir, rm, stat } from 'node:fs/promises'
import { join, relative } from 'node:path'
import type { Ctx } from '../core/index.ts'
import { getEntry, openTable } from './catalog-service.ts'
import { commitWrites } from './commit-service.ts'
import type { DeltaLog } from './delta/delta-log.ts'
import type { Snapshot } from './delta/snapshot.ts'
import { filePath } from './duck/scan.ts'
import { tablesErrors } from './errors.ts'
import { parseIntervalMs } from './interval.ts'
import { planOptimize } from './operations/optimize.ts'
import { planRestore } from './operations/restore.ts'
import { roomOf } from './room.ts'
import type { Maintenance } from './sql/statement.ts'
import { listStages } from './stage-store.ts'
import { findVersionAt } from './time-travel.ts'

type Of<Kind extends Maintenance['kind']> = Extract<Maintenance, { kind: Kind }>

export interface FileCounts {
  readonly added: number
  readonly removed: number
}

export async function runOptimize(ctx: Ctx, statement: Of<'optimize'>): Promise<FileCounts> {
  const entry = await getEntry(ctx, statement.table)
  await openTable(ctx, entry)
  let counts: FileCounts = { added: 0, removed: 0 }
  const input = { location: entry.location, nowMs: ctx.now().getTime() }
  const compute = async (snapshot: Snapshot) => {
    const planned = await roomOf(ctx).engine.session(
      (session) => planOptimize(session, snapshot, input),
      { inner: true },
    )
    const removed = planned?.plan.actions.filter((action) => action.remove).length ?? 0
    counts = { added: planned?.made.length ?? 0, removed }
    return planned
  }
  await commitWrites(ctx, { entry, writes: [{ compute }] })
  return counts
}

export async function runRestore(ctx: Ctx, statement: Of<'restore'>): Promise<FileCounts> {
  const entry = await getEntry(ctx, statement.table)
  const table = entry.name.full
  const { log, snapshot } = await openTable(ctx, entry)
  const version =
    'version' in statement.to
      ? statement.to.version
      : await findVersionAt(log, table, statement.to.timestamp)
  const to = await log.at(version)
  if (!to) {
    const found = `its versions go up to ${snapshot.version}, and old ones may have been vacuumed`
    throw tablesErrors.TABLES_VERSION_NOT_FOUND(table, `version ${version}`, found)
  }
  let counts: FileCounts = { added: 0, removed: 0 }
  const nowMs = ctx.now().getTime()
  const compute = async (current: Snapshot) => {
    const plan = planRestore(current, { table, location: entry.location, to, nowMs })
    if (!plan) return undefined
    const count = (kind: 'add' | 'remove') => plan.actions.filter((one) => one[kind]).length
    counts = { added: count('add'), removed: count('remove') }
    return { plan, made: [] }
  }
  await commitWrites(ctx, { entry, writes: [{ compute }] })
  return counts
}

const leastRetentionMs = 7 * 86_400_000

/** Deletes files that no kept version names; answers their paths. */
export async function runVacuum(ctx: Ctx, statement: Of<'vacuum'>): Promise<string[]> {
  const entry = await getEntry(ctx, statement.table)
  const { log, snapshot } = await openTable(ctx, entry)
  const retention = snapshot.metadata?.configuration['delta.deletedFileRetentionDuration']
  const least = retention === undefined ? leastRetentionMs : parseIntervalMs(retention)
  const asked = statement.retainHours === undefined ? least : statement.retainHours * 3_600_000
  if (asked < least) {
    throw tablesErrors.TABLES_STATEMENT_INVALID(
      `VACUUM RETAIN ${statement.retainHours} HOURS is below the table's ${least / 3_600_000} hours: readers and writers may still use such files. Set delta.deletedFileRetentionDuration lower first if none do`,
    )
  }
  const before = ctx.now().getTime() - asked
  const kept = await keptFiles(ctx, log, { snapshot, before })
  const found = [
    ...(await findOld(log.location, { kept, before })),
    ...(await findCutOff(log.location, before)),
  ]
  if (!statement.dryRun) for (const path of found) await rm(path, { recursive: true, force: true })
  return found
}

interface VacuumInput {
  readonly snapshot: Snapshot
  readonly before: number
}

async function keptFiles(ctx: Ctx, log: DeltaLog, input: VacuumInput): Promise<Set<string>> {
  const { snapshot, before } = input
  const kept = new Set<string>()
  for (const file of snapshot.files.entries().values()) kept.add(filePath(log.location, file.path))
  for (const file of snapshot.tombstones.entries().values()) {
    if ((file.deletionTimestamp ?? 0) >= before) kept.add(filePath(log.location, file.path))
  }
  for (const stage of await listStages(ctx.db, { location: log.location })) {
    for (const add of stage.write.adds) kept.add(filePath(log.location, add.path))
  }
  return kept
}

async function findOld(
  location: string,
  input: { readonly kept: ReadonlySet<string>; readonly before: number },
): Promise<string[]> {
  const found: string[] = []
  const entries = await readdir(location, { withFileTypes: true, recursive: true })
  for (const entry of entries) {
    const path = join(entry.parentPath, entry.name)
    const hidden = relative(location, path)
      .split('/')
      .some((part) => part.startsWith('_') || part.startsWith('.'))
    // Deletion vectors and other companions of data files stay.
    const isData = entry.isFile() && entry.name.endsWith('.parquet')
    if (!isData || hidden || input.kept.has(path)) continue
    if ((await stat(path)).mtimeMs < input.before) found.push(path)
  }
  return found
}

/** What a crash left of writes that never ended: our hidden files and folders. */
async function findCutOff(location: string, before: number): Promise<string[]> {
  const found: string[] = []
  for (const [folder, prefix] of [
    [location, '.write-'],
    [join(location, '_delta_log'), '.tmp-'],
  ] as const) {
    for (const name of await readdir(folder)) {
      const path = join(folder, name)
      if (name.startsWith(prefix) && (await stat(path)).mtimeMs < before) found.push(path)
    }
  }
  return found
}
