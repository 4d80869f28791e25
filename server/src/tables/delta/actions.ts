/** The actions of a Delta log entry, spelled as in the protocol. */

export interface DeletionVector {
  readonly storageType: string
  readonly pathOrInlineDv: string
  readonly offset?: number | null
  readonly sizeInBytes: number
  readonly cardinality: number
}

export type PartitionValues = Readonly<Record<string, string | null>>

export interface AddFile {
  /** Relative to the table, URL-encoded; or an absolute URI. */
  readonly path: string
  readonly partitionValues: PartitionValues
  readonly size: number
  readonly modificationTime: number
  readonly dataChange: boolean
  readonly stats?: string | null
  readonly tags?: Readonly<Record<string, string>> | null
  readonly deletionVector?: DeletionVector | null
}

export interface RemoveFile {
  readonly path: string
  readonly deletionTimestamp?: number
  readonly dataChange: boolean
  readonly extendedFileMetadata?: boolean
  readonly partitionValues?: PartitionValues | null
  readonly size?: number | null
  readonly deletionVector?: DeletionVector | null
}

export interface Metadata {
  readonly id: string
  readonly name?: string | null
  readonly description?: string | null
  readonly format: {
    readonly provider: string
    readonly options?: Readonly<Record<string, string>>
  }
  readonly schemaString: string
  readonly partitionColumns: readonly string[]
  readonly configuration: Readonly<Record<string, string>>
  readonly createdTime?: number | null
}

export interface Protocol {
  readonly minReaderVersion: number
  readonly minWriterVersion: number
  readonly readerFeatures?: readonly string[] | null
  readonly writerFeatures?: readonly string[] | null
}

/** Says how far the application `appId` has come; a commit that is not further is a repetition. */
export interface Txn {
  readonly appId: string
  readonly version: number
  readonly lastUpdated?: number | null
}

export interface CommitInfo {
  readonly timestamp?: number
  readonly inCommitTimestamp?: number
  readonly operation?: string
  readonly operationParameters?: Readonly<Record<string, unknown>>
  readonly operationMetrics?: Readonly<Record<string, string>>
  readonly readVersion?: number
  readonly isBlindAppend?: boolean
  readonly engineInfo?: string
  readonly userName?: string
  readonly txnId?: string
}

export interface DomainMetadata {
  readonly domain: string
  readonly configuration: string
  readonly removed: boolean
}

/** One line of a log entry: exactly one of the fields is there. Unknown actions are ignored by readers. */
export interface Action {
  readonly add?: AddFile | null
  readonly remove?: RemoveFile | null
  readonly metaData?: Metadata | null
  readonly protocol?: Protocol | null
  readonly txn?: Txn | null
  readonly commitInfo?: CommitInfo | null
  readonly domainMetadata?: DomainMetadata | null
  readonly sidecar?: { readonly path: string } | null
  readonly checkpointMetadata?: unknown
}

export function parseActions(entry: string): Action[] {
  const actions: Action[] = []
  for (const line of entry.split('\n')) {
    if (line.trim() !== '') actions.push(JSON.parse(line) as Action)
  }
  return actions
}

export function formatActions(actions: readonly Action[]): string {
  return `${actions.map((action) => JSON.stringify(action)).join('\n')}\n`
}

/** What identifies a file of a snapshot: its path and the deletion vector in force. */
export function fileKey(file: Pick<AddFile, 'path' | 'deletionVector'>): string {
  const dv = file.deletionVector
  return dv ? `${file.path}\n${dv.storageType}${dv.pathOrInlineDv}@${dv.offset ?? ''}` : file.path
}

/** The action that takes `file` out of the table. */
export function removeOf(file: AddFile, deletionTimestamp: number): RemoveFile {
  return {
    path: file.path,
    deletionTimestamp,
    dataChange: true,
    extendedFileMetadata: true,
    partitionValues: file.partitionValues,
    size: file.size,
    ...(file.deletionVector ? { deletionVector: file.deletionVector } : {}),
  }
}
