import { randomUUID } from 'node:crypto'
import { mkdir, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { AddFile, PartitionValues } from '../delta/actions.ts'
import { quoteName, quoteText, type StructType } from '../delta/schema.ts'
import { formatStats, type ColumnStats, type FileStats } from '../delta/stats.ts'
import { syncFolder } from '../log-stores/local.ts'
import { toStorageError } from '../storage-error.ts'
import { syncFile } from './checkpoint-file.ts'
import type { Session } from './engine.ts'

export interface DataFilesInput {
  /** The table's folder. */
  readonly location: string
  /** Answers exactly the columns of `schema`, in its types. */
  readonly query: string
  readonly schema: StructType
  readonly partitionColumns: readonly string[]
  readonly nowMs: number
}

/**
 * Writes the rows of a query as synced Parquet files in the table's folder: one, or with partition
 * columns one or more per partition. No log knows them yet; no rows make no file.
 */
export async function writeDataFiles(session: Session, input: DataFilesInput): Promise<AddFile[]> {
  // Readers of the folder ignore names that begin with a dot.
  const hidden = join(input.location, `.write-${randomUUID()}`)
  const adds: AddFile[] = []
  try {
    await mkdir(input.location, { recursive: true })
    for (const file of await copyOut(session, input, hidden)) {
      if (file.rows > 0) adds.push(await adopt(file, input))
    }
    if (adds.length > 0) await syncFolder(input.location)
    return adds
  } catch (error) {
    await deleteDataFiles(input.location, adds)
    throw toStorageError(error)
  } finally {
    // A leftover is the lesser evil than hiding why the write failed.
    await rm(hidden, { recursive: true, force: true }).catch(() => {})
  }
}

export async function deleteDataFiles(location: string, files: readonly AddFile[]): Promise<void> {
  for (const file of files) await rm(join(location, file.path), { force: true })
}

interface CopiedFile {
  readonly path: string
  readonly rows: number
  readonly stats: FileStats
  readonly partitionValues: PartitionValues
}

async function copyOut(
  session: Session,
  input: DataFilesInput,
  target: string,
): Promise<CopiedFile[]> {
  const options = ['format parquet', 'compression snappy', 'return_stats']
  if (input.partitionColumns.length > 0) {
    options.push(`partition_by (${input.partitionColumns.map(quoteName).join(', ')})`)
    options.push("filename_pattern 'part-{uuid}'")
  }
  const rows = await session.rows(
    `copy (${input.query}) to ${quoteText(target)} (${options.join(', ')})`,
  )
  return rows.map(([path, count, , , stats, keys]) => ({
    path: String(path),
    rows: Number(count),
    stats: toFileStats(stats ?? null),
    partitionValues: toPartitionValues(keys ?? null),
  }))
}

async function adopt(file: CopiedFile, input: DataFilesInput): Promise<AddFile> {
  const name = `part-00000-${randomUUID()}-c000.snappy.parquet`
  const path = join(input.location, name)
  await syncFile(file.path)
  await rename(file.path, path)
  const { size } = await stat(path)
  return {
    path: name,
    partitionValues: file.partitionValues,
    size,
    modificationTime: input.nowMs,
    dataChange: true,
    stats: formatStats(input.schema, file.rows, file.stats),
  }
}

function toPartitionValues(keys: unknown): PartitionValues {
  const entries = Object.entries((keys ?? {}) as Record<string, string | null>)
  return Object.fromEntries(
    entries.map(([key, value]) => [key, value === null ? null : formatPartitionValue(value)]),
  )
}

// Times are kept in UTC without an offset, with all six digits of a fraction.
function formatPartitionValue(text: string): string {
  const time = /^(?<second>\d{4,}-\d\d-\d\d \d\d:\d\d:\d\d)(?:\.(?<fraction>\d+))?(?:\+00)?$/.exec(
    text,
  )?.groups
  if (!time) return text
  const fraction = time['fraction']
  return fraction ? `${time['second']}.${fraction.padEnd(6, '0')}` : (time['second'] ?? text)
}

function toFileStats(statistics: unknown): FileStats {
  const found = new Map<string, ColumnStats>()
  const columns = (statistics ?? {}) as Record<string, Record<string, string | undefined>>
  for (const [column, facts] of Object.entries(columns)) {
    found.set(column, {
      min: facts['min'],
      max: facts['max'],
      nullCount: Number(facts['null_count'] ?? 0),
      hasNan: facts['has_nan'] === 'true',
    })
  }
  return found
}
