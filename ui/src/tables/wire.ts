export interface TableColumn {
  readonly name: string
  readonly type: string
  readonly nullable: boolean
}

/** Times are epoch milliseconds. */
export interface Table {
  readonly name: string
  readonly version: number
  readonly columns: readonly TableColumn[]
  readonly location: string
  readonly created_at: number
  readonly updated_at: number
  /** Null when a file of another engine does not say. */
  readonly rows: number | null
  readonly files?: number
  readonly size_bytes?: number
  readonly partition_columns?: readonly string[]
  readonly properties?: Readonly<Record<string, string>>
}

export interface Commit {
  readonly version: number
  readonly timestamp: number
  readonly operation: string
  readonly user: string | null
  readonly parameters: Readonly<Record<string, unknown>>
  readonly metrics: Readonly<Record<string, string>>
  readonly engine: string | null
}

export interface SqlColumn {
  readonly name: string
  readonly type_text?: string
}

export interface SqlResult {
  readonly columns: readonly SqlColumn[]
  readonly rows: readonly (readonly (string | null)[])[]
  readonly total: number | undefined
  readonly truncated: boolean
  readonly ms: number
}
