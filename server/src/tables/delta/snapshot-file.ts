/**
 * A snapshot as one text, to open a table again without its checkpoint. The first line is JSON; then
 * come the paths of its files, a line each, and as many lines of statistics. Lines are cut out of the
 * text as they are: parsing the statistics of ten thousand files would take longer than all the rest.
 */
import { fileKey, type AddFile, type DomainMetadata, type RemoveFile, type Txn } from './actions.ts'
import type { Metadata, PartitionValues, Protocol } from './actions.ts'
import { LayeredMap } from './layered-map.ts'
import { parseSchema } from './schema.ts'
import type { Snapshot } from './snapshot.ts'

const format = 2

interface SnapshotText {
  readonly format: typeof format
  /** Says which log entry the snapshot ends with. */
  readonly seal: string
  readonly version: number
  readonly timestampMs: number
  readonly protocol: Protocol
  readonly metadata: Metadata
  readonly txns: readonly Txn[]
  readonly domains: readonly DomainMetadata[]
  readonly removes: readonly RemoveFile[]
  readonly files: FileColumns
  /** Files with more than the columns hold. */
  readonly others: readonly AddFile[]
}

interface FileColumns {
  readonly size: number[]
  readonly modificationTime: number[]
  readonly dataChange: (0 | 1)[]
  /** Null where no file has any. */
  readonly partitionValues: PartitionValues[] | null
}

export function formatSnapshot(snapshot: Snapshot, seal: string): string | undefined {
  const { version, timestampMs, protocol, metadata } = snapshot
  if (!metadata) return undefined
  const isPartitioned = metadata.partitionColumns.length > 0
  const files: FileColumns = {
    size: [],
    modificationTime: [],
    dataChange: [],
    partitionValues: isPartitioned ? [] : null,
  }
  const others: AddFile[] = []
  const paths: string[] = []
  const stats: string[] = []
  for (const file of snapshot.files.entries().values()) {
    if (!fitsColumns(file, isPartitioned)) {
      others.push(file)
      continue
    }
    paths.push(file.path)
    stats.push(file.stats ?? '')
    files.size.push(file.size)
    files.modificationTime.push(file.modificationTime)
    files.dataChange.push(file.dataChange ? 1 : 0)
    files.partitionValues?.push(file.partitionValues)
  }
  const text: SnapshotText = {
    format,
    seal,
    version,
    timestampMs,
    protocol,
    metadata,
    txns: [...snapshot.txns.entries().values()],
    domains: [...snapshot.domains.entries().values()],
    removes: [...snapshot.tombstones.entries().values()],
    files,
    others,
  }
  return [JSON.stringify(text), ...paths, ...stats, ''].join('\n')
}

function fitsColumns(file: AddFile, isPartitioned: boolean): boolean {
  const hasMore = file.deletionVector ?? file.tags ?? file.stats === ''
  const isLines = !file.path.includes('\n') && !file.stats?.includes('\n')
  return isLines && !hasMore && (isPartitioned || Object.keys(file.partitionValues).length === 0)
}

export interface SealedSnapshot {
  readonly snapshot: Snapshot
  readonly seal: string
}

/** Undefined where the text is not whole, or of another format. */
export function parseSnapshot(text: string): SealedSnapshot | undefined {
  const [head = '', ...lines] = text.split('\n')
  let parsed: SnapshotText
  try {
    parsed = JSON.parse(head) as SnapshotText
  } catch {
    return undefined
  }
  if (parsed.format !== format || lines.length !== 2 * parsed.files.size.length + 1) {
    return undefined
  }
  const { version, timestampMs, protocol, metadata } = parsed
  const snapshot: Snapshot = {
    version,
    timestampMs,
    protocol,
    metadata,
    schema: parseSchema(metadata.schemaString),
    files: LayeredMap.of(filesOf(parsed, lines)),
    tombstones: LayeredMap.of(new Map(parsed.removes.map((one) => [fileKey(one), one]))),
    txns: LayeredMap.of(new Map(parsed.txns.map((one) => [one.appId, one]))),
    domains: LayeredMap.of(new Map(parsed.domains.map((one) => [one.domain, one]))),
  }
  return { snapshot, seal: parsed.seal }
}

const none: PartitionValues = {}

function filesOf({ files, others }: SnapshotText, lines: readonly string[]): Map<string, AddFile> {
  const found = new Map<string, AddFile>()
  const count = files.size.length
  for (let i = 0; i < count; i++) {
    const path = lines[i] ?? ''
    const stats = lines[count + i] ?? ''
    found.set(path, {
      path,
      partitionValues: files.partitionValues?.[i] ?? none,
      size: files.size[i] ?? 0,
      modificationTime: files.modificationTime[i] ?? 0,
      dataChange: files.dataChange[i] === 1,
      stats: stats === '' ? null : stats,
    })
  }
  for (const file of others) found.set(fileKey(file), file)
  return found
}
