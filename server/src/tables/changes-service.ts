import { rm } from 'node:fs/promises'
import type { Ctx } from '../core/index.ts'
import { getEntry, openTable } from './catalog-service.ts'
import type { AddFile } from './delta/actions.ts'
import type { DeltaLog } from './delta/delta-log.ts'
import { quoteText } from './delta/schema.ts'
import { scanSql } from './duck/scan.ts'
import { byKey, keptRowsTag } from './operations/merge.ts'
import { tablesErrors } from './errors.ts'
import { moveFile, recordReads } from './query-service.ts'
import { roomOf } from './room.ts'
import { parseTableName } from './table-name.ts'

export interface ChangesInput {
  readonly table: string
  /** The last version that the caller has seen; -1 for none. */
  readonly fromVersion: number
  readonly toVersion: number
  /** Where to write the rows as Parquet; replaced when it is there. */
  readonly path: string
}

export interface Changes {
  /** Rows added after `fromVersion` up to `toVersion`. */
  readonly rows: number
  /** Commits that removed or rewrote rows in another way than a merge by key. */
  readonly skipped: readonly number[]
}

/**
 * The rows that appends added, and merges by key added or replaced, after `fromVersion` up to and
 * with `toVersion`, as one Parquet file. Any other commit that removes files (an overwrite, an
 * UPDATE) is skipped and named; one that only rearranges them (OPTIMIZE) adds nothing.
 */
export async function changesBetween(ctx: Ctx, input: ChangesInput): Promise<Changes> {
  const entry = await getEntry(ctx, parseTableName(input.table))
  const { log } = await openTable(ctx, entry)
  const snapshot = await log.at(input.toVersion)
  if (!snapshot) {
    const asked = `version ${input.toVersion}`
    throw tablesErrors.TABLES_VERSION_NOT_FOUND(entry.name.full, asked, 'it is not there')
  }
  const { files, skipped } = await addedFiles(log, entry.name.full, input)
  const { engine } = roomOf(ctx)
  const made = engine.scratchPath('parquet')
  try {
    const scan = scanSql({ location: entry.location, snapshot, files })
    const [copied] = await engine.session((session) =>
      session.rows(`copy (${scan}) to ${quoteText(made)} (format parquet)`),
    )
    await moveFile(made, input.path)
    await recordReads(ctx, [{ table: entry.name.full, version: input.toVersion }])
    return { rows: Number(copied?.[0] ?? 0), skipped }
  } finally {
    await rm(made, { force: true })
  }
}

async function addedFiles(
  log: DeltaLog,
  table: string,
  range: Pick<ChangesInput, 'fromVersion' | 'toVersion'>,
): Promise<{ files: AddFile[]; skipped: number[] }> {
  const files: AddFile[] = []
  const skipped: number[] = []
  for (let version = range.fromVersion + 1; version <= range.toVersion; version++) {
    const actions = await log.readActions(version)
    if (!actions) {
      const asked = `version ${version}`
      throw tablesErrors.TABLES_VERSION_NOT_FOUND(table, asked, 'its log entry has been cleaned up')
    }
    const adds = actions.flatMap(({ add }) => (add?.dataChange ? [add] : []))
    const removes = actions.some(({ remove }) => remove?.dataChange)
    const changed = adds.filter((add) => add.tags?.[keptRowsTag] !== 'true')
    const isUpsert = actions.some((one) => one.commitInfo?.operationParameters?.[byKey] === 'true')
    if (removes && !isUpsert) skipped.push(version)
    else files.push(...changed)
  }
  return { files, skipped }
}
