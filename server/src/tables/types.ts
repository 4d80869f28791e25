export interface ColumnInfo {
  readonly name: string
  /** As Databricks spells it: `bigint`, `decimal(10,2)`, `array<int>`. */
  readonly type: string
  readonly nullable: boolean
  readonly comment?: string
}

export interface TableInfo {
  /** In full: `main.default.x`. */
  readonly name: string
  readonly version: number
  readonly columns: readonly ColumnInfo[]
  /** Where it is: a path on this machine. */
  readonly location: string
  readonly createdAt: Date
  readonly updatedAt: Date
  /** Undefined when a file of another engine does not say. */
  readonly rows: number | undefined
  readonly files: number
  readonly sizeBytes: number
  readonly partitionColumns: readonly string[]
  readonly properties: Readonly<Record<string, string>>
  readonly isManaged: boolean
  readonly createdBy: string
  readonly id: string
}

/** A table at a version, as a query read it. */
export interface TableSource {
  readonly table: string
  readonly version: number
}

export const WriteMode = { Append: 'append', Overwrite: 'overwrite', Merge: 'merge' } as const
export type WriteMode = (typeof WriteMode)[keyof typeof WriteMode]
