import type { CommitPlan } from '../delta/commit.ts'
import type { Snapshot } from '../delta/snapshot.ts'
import type { StructType } from '../delta/schema.ts'
import type { DataFile } from '../duck/data-file.ts'
import { tablesErrors } from '../errors.ts'
import { createActions } from './create.ts'

export interface WrittenRows {
  readonly table: string
  /** The schema that the files were written in. */
  readonly schema: StructType
  readonly files: readonly Pick<DataFile, 'add' | 'rows'>[]
  readonly properties?: Readonly<Record<string, string>>
  readonly nowMs: number
}

/** Adds files to a table; makes the table when there is none. */
export function planAppend(snapshot: Snapshot, input: WrittenRows): CommitPlan {
  const isNew = snapshot.version < 0
  if (!isNew) assertSameSchema(snapshot, input)
  return {
    actions: [...(isNew ? createActions(input) : []), ...input.files.map(({ add }) => ({ add }))],
    operation: isNew ? 'CREATE TABLE AS SELECT' : 'WRITE',
    parameters: { mode: 'Append', partitionBy: '[]' },
    metrics: writeMetrics(input),
    isBlindAppend: true,
  }
}

export function writeMetrics(input: WrittenRows): Record<string, string> {
  const total = (of: (file: Pick<DataFile, 'add' | 'rows'>) => number) =>
    String(input.files.reduce((sum, file) => sum + of(file), 0))
  return {
    numFiles: String(input.files.length),
    numOutputRows: total((file) => file.rows),
    numOutputBytes: total((file) => file.add.size),
  }
}

/** The files were fitted to a schema; another writer may have changed it since. */
export function assertSameSchema(snapshot: Snapshot, input: WrittenRows): void {
  if (typesOf(snapshot.schema) === typesOf(input.schema)) return
  throw tablesErrors.TABLES_COMMIT_CONFLICT(input.table, 'its columns were changed meanwhile')
}

export function typesOf(schema: StructType): string {
  return JSON.stringify(schema.fields.map(({ name, type }) => [name, type]))
}
