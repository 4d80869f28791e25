import type { Ctx } from '../core/index.ts'
import { getEntry, getSchema, listAllSchemas, openTable } from './catalog-service.ts'
import { listEntries } from './catalog-store.ts'
import { listReaderFeatures, listWriterFeatures } from './delta/protocol.ts'
import { toTypeText } from './delta/schema.ts'
import { listFiles } from './delta/snapshot.ts'
import { tableHistory } from './history-service.ts'
import type { Describe, Show } from './sql/statement.ts'
import { catalogName } from './table-name.ts'
import type { ValueType } from './duck/values.ts'

/** An answer that is worked out here instead of by DuckDB: columns, and values as texts. */
export interface TextAnswer {
  readonly columns: readonly { readonly name: string; readonly type: ValueType }[]
  readonly rows: readonly (readonly (string | null)[])[]
}

export async function runShow(ctx: Ctx, statement: Show): Promise<TextAnswer> {
  switch (statement.kind) {
    case 'show catalogs':
      return texts(['catalog'], [[catalogName]])
    case 'show schemas': {
      const names = (await listAllSchemas(ctx)).map((schema) => schema.name)
      return texts(
        ['databaseName'],
        names.filter(matcher(statement.like)).map((name) => [name]),
      )
    }
    case 'show tables': {
      if (statement.schema !== undefined) await getSchema(ctx, statement.schema)
      const { schema } = statement
      const entries = await listEntries(ctx.db, schema === undefined ? {} : { schema })
      const isAsked = matcher(statement.like)
      const rows = entries
        .filter((entry) => isAsked(entry.name.table))
        .map(({ name }) => [name.schema, name.table, 'false'])
      return texts(['database', 'tableName', 'isTemporary'], rows, ['string', 'string', 'boolean'])
    }
    case 'show properties': {
      const { snapshot } = await openTable(ctx, await getEntry(ctx, statement.table))
      return texts(['key', 'value'], Object.entries(snapshot.metadata?.configuration ?? {}))
    }
  }
}

export async function runDescribe(ctx: Ctx, statement: Describe): Promise<TextAnswer> {
  switch (statement.kind) {
    case 'describe table':
      return describeTable(ctx, statement)
    case 'describe detail':
      return describeDetail(ctx, statement)
    case 'describe history':
      return describeHistory(ctx, statement)
  }
}

async function describeTable(ctx: Ctx, { table }: Describe): Promise<TextAnswer> {
  const { snapshot } = await openTable(ctx, await getEntry(ctx, table))
  const rows = snapshot.schema.fields.map((field) => {
    const { comment } = field.metadata
    return [field.name, toTypeText(field.type), typeof comment === 'string' ? comment : null]
  })
  return texts(['col_name', 'data_type', 'comment'], rows)
}

async function describeDetail(ctx: Ctx, { table }: Describe): Promise<TextAnswer> {
  const entry = await getEntry(ctx, table)
  const { snapshot } = await openTable(ctx, entry)
  const { metadata, protocol } = snapshot
  const files = listFiles(snapshot)
  const features = [...listReaderFeatures(protocol), ...listWriterFeatures(protocol)]
  const time = (ms: number) => new Date(ms).toISOString()
  const detail: readonly (readonly [string, ValueType, string | null])[] = [
    ['format', 'string', 'delta'],
    ['id', 'string', metadata?.id ?? null],
    ['name', 'string', entry.name.full],
    ['description', 'string', metadata?.description ?? null],
    ['location', 'string', entry.location],
    ['createdAt', 'timestamp', time(metadata?.createdTime ?? entry.createdAt.getTime())],
    ['lastModified', 'timestamp', time(snapshot.timestampMs)],
    ['partitionColumns', arrayOfText, JSON.stringify(metadata?.partitionColumns ?? [])],
    ['numFiles', 'long', String(files.length)],
    ['sizeInBytes', 'long', String(files.reduce((sum, file) => sum + file.size, 0))],
    ['properties', mapOfText, JSON.stringify(metadata?.configuration ?? {})],
    ['minReaderVersion', 'integer', String(protocol.minReaderVersion)],
    ['minWriterVersion', 'integer', String(protocol.minWriterVersion)],
    ['tableFeatures', arrayOfText, JSON.stringify([...new Set(features)])],
  ]
  return texts(
    detail.map(([name]) => name),
    [detail.map(([, , value]) => value)],
    detail.map(([, type]) => type),
  )
}

const arrayOfText: ValueType = { type: 'array', elementType: 'string', containsNull: false }
const mapOfText: ValueType = {
  type: 'map',
  keyType: 'string',
  valueType: 'string',
  valueContainsNull: false,
}

async function describeHistory(
  ctx: Ctx,
  { table, limit }: Extract<Describe, { kind: 'describe history' }>,
): Promise<TextAnswer> {
  const history = await tableHistory(ctx, table.full, { limit: limit ?? 1000 })
  const rows = history.map((entry) => [
    String(entry.version),
    new Date(entry.timestampMs).toISOString(),
    entry.user ?? null,
    entry.operation,
    JSON.stringify(entry.parameters),
    JSON.stringify(entry.metrics),
    entry.engine ?? null,
  ])
  return texts(
    [
      'version',
      'timestamp',
      'userName',
      'operation',
      'operationParameters',
      'operationMetrics',
      'engineInfo',
    ],
    rows,
    ['long', 'timestamp', 'string', 'string', mapOfText, mapOfText, 'string'],
  )
}

function texts(
  names: readonly string[],
  rows: readonly (readonly (string | null)[])[],
  types: readonly ValueType[] = [],
): TextAnswer {
  return { columns: names.map((name, i) => ({ name, type: types[i] ?? 'string' })), rows }
}

/** Databricks' patterns: `*` for any text, `|` between alternatives. */
function matcher(pattern: string | undefined): (name: string) => boolean {
  if (pattern === undefined) return () => true
  const escaped = pattern
    .split('|')
    .map((one) =>
      one
        .split('*')
        .map((part) => part.replaceAll(/[^\w]/g, '\\$&'))
        .join('.*'),
    )
    .join('|')
  const expression = new RegExp(`^(?:${escaped})$`, 'i')
  return (name) => expression.test(name)
}
