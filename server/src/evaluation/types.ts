export interface Dataset {
  /** `d-` and 32 hex digits. */
  readonly datasetId: string
  readonly name: string
  /** Eight hex digits that change with every change of records. */
  readonly digest: string
  /** What fields records have, as MLflow's JSON; absent until there are records. */
  readonly schema: string | undefined
  readonly recordCount: number
  readonly tags: Readonly<Record<string, string>>
  /** Epoch milliseconds. */
  readonly createdAt: number
  readonly updatedAt: number
  readonly createdBy: string
  readonly updatedBy: string
}

export const SourceType = {
  Unspecified: 'UNSPECIFIED',
  Trace: 'TRACE',
  Human: 'HUMAN',
  Document: 'DOCUMENT',
  Code: 'CODE',
} as const
export type SourceType = (typeof SourceType)[keyof typeof SourceType]

export type JsonObject = Readonly<Record<string, unknown>>

/** What a record says; null and absent are told apart for outputs alone. */
export interface RecordBody {
  readonly inputs: JsonObject
  readonly outputs: unknown
  readonly expectations: JsonObject | null
  readonly tags: JsonObject
  readonly source: { readonly source_type: SourceType; readonly source_data: JsonObject } | null
}

export interface DatasetRecord {
  /** `dr-` and 32 hex digits. */
  readonly recordId: string
  readonly datasetId: string
  readonly body: RecordBody
  /** Epoch milliseconds. */
  readonly createdAt: number
  readonly updatedAt: number
  readonly createdBy: string
  readonly updatedBy: string
}

export interface ScorerVersion {
  readonly scorerId: string
  readonly experiment: number
  readonly name: string
  readonly version: number
  /** What the client made of the scorer; only it reads that. */
  readonly serialized: string
  /** Epoch milliseconds. */
  readonly createdAt: number
}
