import {
  fileKey,
  type Action,
  type AddFile,
  type DomainMetadata,
  type Metadata,
  type Protocol,
  type RemoveFile,
  type Txn,
} from './actions.ts'
import { LayeredMap } from './layered-map.ts'
import { plainProtocol } from './protocol.ts'
import { parseSchema, type StructType } from './schema.ts'

/** A table at one version. Immutable; `advance` makes the next one. */
export interface Snapshot {
  /** -1 before the first commit. */
  readonly version: number
  /** When this version was committed, epoch milliseconds. */
  readonly timestampMs: number
  readonly protocol: Protocol
  readonly metadata: Metadata | undefined
  readonly schema: StructType
  readonly files: LayeredMap<AddFile>
  readonly tombstones: LayeredMap<RemoveFile>
  readonly txns: LayeredMap<Txn>
  readonly domains: LayeredMap<DomainMetadata>
}

export const emptySnapshot: Snapshot = {
  version: -1,
  timestampMs: 0,
  protocol: plainProtocol,
  metadata: undefined,
  schema: { type: 'struct', fields: [] },
  files: LayeredMap.of(),
  tombstones: LayeredMap.of(),
  txns: LayeredMap.of(),
  domains: LayeredMap.of(),
}

export interface VersionStamp {
  readonly version: number
  readonly timestampMs: number
}

interface Changes {
  readonly files: Map<string, AddFile | undefined>
  readonly tombstones: Map<string, RemoveFile | undefined>
  readonly txns: Map<string, Txn>
  readonly domains: Map<string, DomainMetadata>
  metadata?: Metadata
  protocol?: Protocol
  timestampMs?: number
}

/** Replays one commit (or a checkpoint) over a snapshot. */
export function advance(from: Snapshot, actions: readonly Action[], stamp: VersionStamp): Snapshot {
  const changes: Changes = {
    files: new Map(),
    tombstones: new Map(),
    txns: new Map(),
    domains: new Map(),
  }
  for (const action of actions) collect(changes, action)
  const metadata = changes.metadata ?? from.metadata
  return {
    version: stamp.version,
    timestampMs: changes.timestampMs ?? stamp.timestampMs,
    protocol: changes.protocol ?? from.protocol,
    metadata,
    schema: changes.metadata ? parseSchema(changes.metadata.schemaString) : from.schema,
    files: from.files.with(changes.files),
    tombstones: from.tombstones.with(changes.tombstones),
    txns: from.txns.with(changes.txns),
    domains: from.domains.with(changes.domains),
  }
}

function collect(changes: Changes, action: Action): void {
  if (action.add) {
    const key = fileKey(action.add)
    changes.files.set(key, action.add)
    changes.tombstones.set(key, undefined)
  } else if (action.remove) {
    const key = fileKey(action.remove)
    // Within a commit the order of actions means nothing: a re-added file stays.
    if (!changes.files.get(key)) changes.files.set(key, undefined)
    changes.tombstones.set(key, action.remove)
  } else if (action.txn) changes.txns.set(action.txn.appId, action.txn)
  else if (action.metaData) changes.metadata = action.metaData
  else if (action.protocol) changes.protocol = action.protocol
  else if (action.domainMetadata) {
    changes.domains.set(action.domainMetadata.domain, action.domainMetadata)
  } else if (action.commitInfo?.inCommitTimestamp !== undefined) {
    changes.timestampMs = action.commitInfo.inCommitTimestamp
  }
}

export function listFiles(snapshot: Snapshot): AddFile[] {
  return [...snapshot.files.entries().values()]
}

/** The rows that `file` says it holds; undefined when its writer kept no statistics. */
export function countRows(file: AddFile): number | undefined {
  const found = /"numRecords"\s*:\s*(?<rows>\d+)/.exec(file.stats ?? '')?.groups?.['rows']
  if (found === undefined) return undefined
  return Number(found) - (file.deletionVector?.cardinality ?? 0)
}

/** The rows of the table; undefined when a file does not say. */
export function countTableRows(snapshot: Snapshot): number | undefined {
  let total = 0
  for (const file of snapshot.files.entries().values()) {
    const rows = countRows(file)
    if (rows === undefined) return undefined
    total += rows
  }
  return total
}
