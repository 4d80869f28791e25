import { randomUUID } from 'node:crypto'
import { mkdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { DuckDBMapValue, DuckDBValue } from '@duckdb/node-api'
import type { AddFile } from '../delta/actions.ts'
import { quoteText, type StructType } from '../delta/schema.ts'
import { formatStats, type ColumnStats, type FileStats } from '../delta/stats.ts'
import { syncFolder } from '../log-stores/local.ts'
import { syncFile } from './checkpoint-file.ts'
import type { Session } from './engine.ts'

export interface DataFile {
  readonly add: AddFile
  readonly rows: number
  /** Where it is on this machine, to delete it when the commit does not happen. */
  readonly path: string
}

export interface DataFileInput {
  readonly location: string
  /** Answers exactly the columns of `schema`, in its types. */
  readonly query: string
  readonly schema: StructType
  readonly nowMs: number
}

/** Writes the rows of a query as one synced Parquet file in the table's folder; no log knows it yet. */
export async function writeDataFile(session: Session, input: DataFileInput): Promise<DataFile> {
  const name = `part-00000-${randomUUID()}-c000.snappy.parquet`
  const path = join(input.location, name)
  await mkdir(input.location, { recursive: true })
  try {
    const [row] = await session.rows(
      `copy (${input.query}) to ${quoteText(path)} (format parquet, compression snappy, return_stats)`,
    )
    await syncFile(path)
    await syncFolder(input.location)
    const rows = Number(row?.[1] ?? 0)
    const stats = formatStats(input.schema, rows, toFileStats(row?.[4] ?? null))
    const { size } = await stat(path)
    const add: AddFile = {
      path: name,
      partitionValues: {},
      size,
      modificationTime: input.nowMs,
      dataChange: true,
      stats,
    }
    return { add, rows, path }
  } catch (error) {
    await rm(path, { force: true })
    throw error
  }
}

function toFileStats(value: DuckDBValue): FileStats {
  const found = new Map<string, ColumnStats>()
  for (const column of (value as DuckDBMapValue | null)?.entries ?? []) {
    const facts = new Map(
      (column.value as DuckDBMapValue).entries.map((fact) => [
        String(fact.key),
        String(fact.value),
      ]),
    )
    found.set(String(column.key), {
      min: facts.get('min'),
      max: facts.get('max'),
      nullCount: Number(facts.get('null_count') ?? 0),
      hasNan: facts.get('has_nan') === 'true',
    })
  }
  return found
}
