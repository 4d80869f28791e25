import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { inTransaction, newId, type Ctx } from '../core/index.ts'
import {
  deleteEntry,
  deleteSchema,
  findEntry,
  findReservedEntry,
  findSchema,
  insertEntry,
  insertSchema,
  listEntries,
  listSchemas,
  locationIsTaken,
  type CatalogEntry,
  type CatalogSchema,
} from './catalog-store.ts'
import type { DeltaLog } from './delta/delta-log.ts'
import { assertReadable } from './delta/protocol.ts'
import { toTypeText, type StructField } from './delta/schema.ts'
import { countTableRows, listFiles, type Snapshot } from './delta/snapshot.ts'
import { tablesErrors } from './errors.ts'
import { forgetLog, logAt, tableRoot } from './room.ts'
import { listStages } from './stage-store.ts'
import { defaultSchema, parseTableName, type TableName } from './table-name.ts'
import type { ColumnInfo, TableInfo } from './types.ts'

export async function getEntry(ctx: Ctx, name: TableName): Promise<CatalogEntry> {
  const entry = await findEntry(ctx.db, name)
  if (!entry) throw tablesErrors.TABLES_TABLE_NOT_FOUND(name.full)
  return entry
}

/** A table's log and newest snapshot, refused where it asks its readers for what we do not do. */
export async function openTable(
  ctx: Ctx,
  entry: CatalogEntry,
): Promise<{ log: DeltaLog; snapshot: Snapshot }> {
  const log = logAt(ctx, entry.location)
  const snapshot = await log.update()
  if (!snapshot.metadata) {
    throw tablesErrors.TABLES_NOT_A_DELTA_TABLE(entry.name.full, 'its log has no readable version')
  }
  assertReadable(entry.name.full, snapshot.protocol, snapshot.metadata)
  return { log, snapshot }
}

/** What a table looks like now. */
export async function getTable(ctx: Ctx, name: string): Promise<TableInfo> {
  const entry = await getEntry(ctx, parseTableName(name))
  const { snapshot } = await openTable(ctx, entry)
  return toTableInfo(entry, snapshot)
}

export async function hasTable(ctx: Ctx, name: string): Promise<boolean> {
  return (await findEntry(ctx.db, parseTableName(name))) !== undefined
}

/** Every table, by name; with `schema` only that one's. */
export async function listTables(
  ctx: Ctx,
  filter: { readonly schema?: string } = {},
): Promise<TableInfo[]> {
  const found: TableInfo[] = []
  for (const entry of await listEntries(ctx.db, filter)) {
    const snapshot = await logAt(ctx, entry.location).update()
    found.push(toTableInfo(entry, snapshot))
  }
  return found
}

export function toTableInfo(entry: CatalogEntry, snapshot: Snapshot): TableInfo {
  const files = listFiles(snapshot)
  return {
    id: entry.id,
    name: entry.name.full,
    version: snapshot.version,
    columns: snapshot.schema.fields.map(toColumn),
    location: entry.location,
    createdAt: entry.createdAt,
    updatedAt: new Date(Math.max(snapshot.timestampMs, entry.createdAt.getTime())),
    rows: countTableRows(snapshot),
    files: files.length,
    sizeBytes: files.reduce((total, file) => total + file.size, 0),
    partitionColumns: snapshot.metadata?.partitionColumns ?? [],
    properties: snapshot.metadata?.configuration ?? {},
    isManaged: entry.isManaged,
    createdBy: entry.createdBy,
  }
}

function toColumn(field: StructField): ColumnInfo {
  const { comment } = field.metadata
  return {
    name: field.name,
    type: toTypeText(field.type),
    nullable: field.nullable,
    ...(typeof comment === 'string' ? { comment } : {}),
  }
}

/** Makes a schema; answers false when it was there and `ifNotExists` allows that. */
export async function createSchema(
  ctx: Ctx,
  input: { readonly name: string; readonly comment?: string; readonly ifNotExists?: boolean },
): Promise<boolean> {
  const made = await insertSchema(ctx.db, {
    name: input.name,
    comment: input.comment,
    createdBy: ctx.principal.name,
    createdAt: ctx.now(),
  })
  if (!made && !input.ifNotExists) throw tablesErrors.TABLES_SCHEMA_EXISTS(input.name)
  return made
}

/** The schema; `default` is made when it is first looked at. */
export async function getSchema(ctx: Ctx, name: string): Promise<CatalogSchema> {
  const found = await findSchema(ctx.db, name)
  if (found) return found
  if (name !== defaultSchema) throw tablesErrors.TABLES_SCHEMA_NOT_FOUND(name)
  await createSchema(ctx, { name, ifNotExists: true })
  return getSchema(ctx, name)
}

export async function listAllSchemas(ctx: Ctx): Promise<CatalogSchema[]> {
  await getSchema(ctx, defaultSchema)
  return listSchemas(ctx.db)
}

/** Drops a schema, and with `cascade` its tables; nothing happens where one is in the way. */
export async function dropSchema(
  ctx: Ctx,
  input: { readonly name: string; readonly cascade: boolean },
): Promise<void> {
  await getSchema(ctx, input.name)
  const reserved = await listEntries(ctx.db, { schema: input.name, reserved: true })
  const entries = reserved.filter((entry) => entry.eventVersion >= 0)
  if (entries.length > 0 && !input.cascade) {
    throw tablesErrors.TABLES_SCHEMA_NOT_EMPTY(input.name, entries.length)
  }
  await inTransaction(ctx, async (tx) => {
    for (const entry of reserved) await deleteEntry(tx.db, entry.id)
    await deleteSchema(tx.db, input.name)
  })
  for (const entry of entries) await deleteFiles(ctx, entry)
}

/** Forgets a table; a managed one's files are deleted. */
export async function dropTable(ctx: Ctx, name: TableName): Promise<void> {
  const entry = await getEntry(ctx, name)
  await inTransaction(ctx, (tx) => deleteEntry(tx.db, entry.id))
  await deleteFiles(ctx, entry)
}

async function deleteFiles(ctx: Ctx, entry: CatalogEntry): Promise<void> {
  await forgetLog(ctx, entry.location)
  if (entry.isManaged) await rm(entry.location, { recursive: true, force: true })
}

export interface RegisterInput {
  readonly name: TableName
  /** Absent: a place under the table root is chosen, and the table is managed. */
  readonly location?: string
  /** The newest version that is there already and needs no event. @default -1 */
  readonly version?: number
}

/** Gives a name to a location; the table is seen once its first commit is announced. Answers the entry that is there when another call was first. */
export async function registerTable(ctx: Ctx, input: RegisterInput): Promise<CatalogEntry> {
  await getSchema(ctx, input.name.schema)
  const now = ctx.now()
  const entry: CatalogEntry = {
    id: newId(now.getTime()),
    name: input.name,
    location: input.location ?? (await chooseLocation(ctx, input.name)),
    isManaged: input.location === undefined,
    eventVersion: input.version ?? -1,
    createdBy: ctx.principal.name,
    createdAt: now,
    updatedAt: now,
  }
  if (await insertEntry(ctx.db, entry)) return entry
  const first = await findReservedEntry(ctx.db, input.name)
  if (!first) throw tablesErrors.TABLES_TABLE_NOT_FOUND(input.name.full)
  if (input.location === undefined || input.location === first.location) return first
  return takeOver(ctx, first, input)
}

/** A name that a failed write left reserved is free for a table elsewhere. */
async function takeOver(
  ctx: Ctx,
  reserved: CatalogEntry,
  input: RegisterInput,
): Promise<CatalogEntry> {
  const { version } = await logAt(ctx, reserved.location).update()
  const stages = await listStages(ctx.db, { table: reserved.name.full })
  if (version >= 0 || stages.length > 0) {
    throw tablesErrors.TABLES_NAME_RESERVED(reserved.name.full)
  }
  await deleteEntry(ctx.db, reserved.id)
  return registerTable(ctx, input)
}

/** `tables/<schema>/<name>`; where leftovers are in the way, the name with an id behind it. */
async function chooseLocation(ctx: Ctx, name: TableName): Promise<string> {
  const plain = join(tableRoot(ctx), name.schema, name.table)
  const snapshot = await logAt(ctx, plain).update()
  if (snapshot.version < 0 && !(await locationIsTaken(ctx.db, plain))) return plain
  return `${plain}-${newId(ctx.now().getTime())}`
}
