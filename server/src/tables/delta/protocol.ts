import { tablesErrors } from '../errors.ts'
import type { Metadata, Protocol } from './actions.ts'
import { parseSchema, type DeltaType, type StructField, type StructType } from './schema.ts'

/** What new tables ask of a reader and a writer: nothing that an old engine cannot do. */
export const plainProtocol: Protocol = { minReaderVersion: 1, minWriterVersion: 2 }

const readable = new Set([
  'timestampNtz',
  'v2Checkpoint',
  'typeWidening',
  'typeWidening-preview',
  'vacuumProtocolCheck',
  'deletionVectors',
  'columnMapping',
])

const writable = new Set([
  'appendOnly',
  'invariants',
  'checkConstraints',
  'timestampNtz',
  'vacuumProtocolCheck',
  'inCommitTimestamp',
  'domainMetadata',
  'deletionVectors',
  'changeDataFeed',
  'generatedColumns',
  'identityColumns',
  'clustering',
  'typeWidening',
  'typeWidening-preview',
  'v2Checkpoint',
])

/** Features that protocol versions without a feature list stand for. */
const byWriterVersion: readonly (readonly [number, readonly string[]])[] = [
  [2, ['appendOnly', 'invariants']],
  [3, ['checkConstraints']],
  [4, ['changeDataFeed', 'generatedColumns']],
  [5, ['columnMapping']],
  [6, ['identityColumns']],
]

export function listReaderFeatures(protocol: Protocol): readonly string[] {
  if (protocol.minReaderVersion >= 3) return protocol.readerFeatures ?? []
  return protocol.minReaderVersion === 2 ? ['columnMapping'] : []
}

export function listWriterFeatures(protocol: Protocol): readonly string[] {
  if (protocol.minWriterVersion >= 7) return protocol.writerFeatures ?? []
  return byWriterVersion.flatMap(([from, names]) =>
    protocol.minWriterVersion >= from ? names : [],
  )
}

/** Refuses a table that asks its readers for what we do not do. */
export function assertReadable(table: string, protocol: Protocol, metadata: Metadata): void {
  if (protocol.minReaderVersion > 3) {
    const feature = `minReaderVersion ${protocol.minReaderVersion}`
    throw tablesErrors.TABLES_FEATURE_UNSUPPORTED(table, 'read', feature)
  }
  const unknown = listReaderFeatures(protocol).find((feature) => !readable.has(feature))
  if (unknown) throw tablesErrors.TABLES_FEATURE_UNSUPPORTED(table, 'read', unknown)
  if (mappingMode(metadata) === 'id') {
    throw tablesErrors.TABLES_FEATURE_UNSUPPORTED(table, 'read', 'columnMapping by id')
  }
}

/** Refuses, before any file is made, a write that the table's features ask more of than we do. */
export function assertWritable(table: string, protocol: Protocol, metadata: Metadata): void {
  assertReadable(table, protocol, metadata)
  const refuse = (feature: string) =>
    tablesErrors.TABLES_FEATURE_UNSUPPORTED(table, 'write', feature)
  if (protocol.minWriterVersion > 7) throw refuse(`minWriterVersion ${protocol.minWriterVersion}`)
  const unknown = listWriterFeatures(protocol).find(
    (feature) => !writable.has(feature) && feature !== 'columnMapping',
  )
  if (unknown) throw refuse(unknown)
  if (mappingMode(metadata) !== 'none') throw refuse('columnMapping')
  if (metadata.configuration['delta.enableChangeDataFeed'] === 'true') {
    throw refuse('changeDataFeed')
  }
  for (const field of parseSchema(metadata.schemaString).fields) {
    if ('delta.generationExpression' in field.metadata) throw refuse('generatedColumns')
    if ('delta.identity.start' in field.metadata) throw refuse('identityColumns')
    if ('delta.invariants' in field.metadata) throw refuse('invariants')
  }
}

export function mappingMode(metadata: Metadata): string {
  return metadata.configuration['delta.columnMapping.mode'] ?? 'none'
}

/** The least protocol that a table of this schema needs, never less than `current`. */
export function protocolFor(schema: StructType, current: Protocol = plainProtocol): Protocol {
  if (!holdsNtz(schema) || listReaderFeatures(current).includes('timestampNtz')) return current
  return {
    minReaderVersion: 3,
    minWriterVersion: 7,
    readerFeatures: [...listReaderFeatures(current), 'timestampNtz'],
    writerFeatures: [...listWriterFeatures(current), 'timestampNtz'],
  }
}

function holdsNtz(type: DeltaType): boolean {
  if (typeof type === 'string') return type === 'timestamp_ntz'
  if (type.type === 'array') return holdsNtz(type.elementType)
  if (type.type === 'map') return holdsNtz(type.keyType) || holdsNtz(type.valueType)
  return type.fields.some((field: StructField) => holdsNtz(field.type))
}

/** The protocol with a writer feature; `since` is the old writer version that stands for it. */
export function withWriterFeature(protocol: Protocol, feature: string, since: number): Protocol {
  if (listWriterFeatures(protocol).includes(feature)) return protocol
  if (protocol.minWriterVersion < 7 && since < 7) {
    return { ...protocol, minWriterVersion: Math.max(protocol.minWriterVersion, since) }
  }
  return {
    minReaderVersion: protocol.minReaderVersion,
    minWriterVersion: 7,
    ...(protocol.minReaderVersion >= 3 ? { readerFeatures: listReaderFeatures(protocol) } : {}),
    writerFeatures: [...listWriterFeatures(protocol), feature],
  }
}
