import type { AddFile } from '../delta/actions.ts'
import type { CommitPlan } from '../delta/commit.ts'
import { countRows, type Snapshot } from '../delta/snapshot.ts'
import type { StructType } from '../delta/schema.ts'
import { tablesErrors } from '../errors.ts'
import { createActions } from './create.ts'

export interface WrittenRows {
  readonly table: string
  /** The schema that the files were written in. */
  readonly schema: StructType
  readonly partitionColumns: readonly string[]
  readonly adds: readonly AddFile[]
  readonly properties?: Readonly<Record<string, string>>
  readonly comment?: string
  readonly nowMs: number
}

/** Adds files to a table; makes the table when there is none. */
export function planAppend(snapshot: Snapshot, input: WrittenRows): CommitPlan {
  const isNew = snapshot.version < 0
  if (!isNew) assertSameShape(snapshot, input)
  return {
    actions: [...(isNew ? createActions(input) : []), ...input.adds.map((add) => ({ add }))],
    operation: isNew ? creation(input) : 'WRITE',
    parameters: { mode: 'Append', partitionBy: JSON.stringify(input.partitionColumns) },
    metrics: writeMetrics(input.adds),
    isBlindAppend: true,
  }
}

function creation(input: WrittenRows): string {
  return input.adds.length > 0 ? 'CREATE TABLE AS SELECT' : 'CREATE TABLE'
}

export function writeMetrics(adds: readonly AddFile[]): Record<string, string> {
  return {
    numFiles: String(adds.length),
    numOutputRows: String(rowsOf(adds)),
    numOutputBytes: String(adds.reduce((sum, add) => sum + add.size, 0)),
  }
}

/** Rows in files of ours, which always say. */
export function rowsOf(adds: readonly AddFile[]): number {
  return adds.reduce((sum, add) => sum + (countRows(add) ?? 0), 0)
}

/** The files were fitted to columns; another writer may have changed them since. */
export function assertSameShape(snapshot: Snapshot, input: WrittenRows): void {
  const partitions = snapshot.metadata?.partitionColumns ?? []
  const same =
    typesOf(snapshot.schema) === typesOf(input.schema) &&
    partitions.join('\n') === input.partitionColumns.join('\n')
  if (!same) {
    throw tablesErrors.TABLES_COMMIT_CONFLICT(input.table, 'its columns were changed meanwhile')
  }
}

export function typesOf(schema: StructType): string {
  return JSON.stringify(schema.fields.map(({ name, type }) => [name, type]))
}
