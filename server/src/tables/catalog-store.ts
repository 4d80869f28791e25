import type { Selectable } from 'kysely'
import type { Db } from '../core/index.ts'
import { catalogName, type TableName } from './table-name.ts'
import type { TableEntryTable, TableSchemaTable } from './tables.ts'

export interface CatalogSchema {
  readonly name: string
  readonly comment: string | undefined
  readonly createdBy: string
  readonly createdAt: Date
}

/** A name that stands for a Delta table at a location. */
export interface CatalogEntry {
  readonly id: string
  readonly name: TableName
  readonly location: string
  readonly isManaged: boolean
  readonly eventVersion: number
  readonly createdBy: string
  readonly createdAt: Date
  readonly updatedAt: Date
}

/** Answers false when the schema is already there. */
export async function insertSchema(db: Db, schema: CatalogSchema): Promise<boolean> {
  const result = await db
    .insertInto('table_schema')
    .values({
      name: schema.name,
      comment: schema.comment ?? null,
      created_by: schema.createdBy,
      created_at: schema.createdAt.getTime(),
    })
    .onConflict((c) => c.column('name').doNothing())
    .executeTakeFirst()
  return Number(result.numInsertedOrUpdatedRows ?? 0) > 0
}

export async function deleteSchema(db: Db, name: string): Promise<void> {
  await db.deleteFrom('table_schema').where('name', '=', name).execute()
}

export async function findSchema(db: Db, name: string): Promise<CatalogSchema | undefined> {
  const row = await db
    .selectFrom('table_schema')
    .selectAll()
    .where('name', '=', name)
    .executeTakeFirst()
  return row && toSchema(row)
}

export async function listSchemas(db: Db): Promise<CatalogSchema[]> {
  return (await db.selectFrom('table_schema').selectAll().orderBy('name').execute()).map(toSchema)
}

/** Answers false when the name is taken. */
export async function insertEntry(db: Db, entry: CatalogEntry): Promise<boolean> {
  const result = await db
    .insertInto('table_entry')
    .values({
      id: entry.id,
      schema_name: entry.name.schema,
      name: entry.name.table,
      location: entry.location,
      is_managed: entry.isManaged ? 1 : 0,
      event_version: entry.eventVersion,
      created_by: entry.createdBy,
      created_at: entry.createdAt.getTime(),
      updated_at: entry.updatedAt.getTime(),
    })
    .onConflict((c) => c.columns(['schema_name', 'name']).doNothing())
    .executeTakeFirst()
  return Number(result.numInsertedOrUpdatedRows ?? 0) > 0
}

export async function deleteEntry(db: Db, id: string): Promise<void> {
  await db.deleteFrom('table_entry').where('id', '=', id).execute()
}

/** A table that has a first commit. */
export async function findEntry(db: Db, name: TableName): Promise<CatalogEntry | undefined> {
  const entry = await findReservedEntry(db, name)
  return entry && entry.eventVersion >= 0 ? entry : undefined
}

/** A table, also one whose first commit is not there yet: its name and location are taken. */
export async function findReservedEntry(
  db: Db,
  name: TableName,
): Promise<CatalogEntry | undefined> {
  const row = await db
    .selectFrom('table_entry')
    .selectAll()
    .where('schema_name', '=', name.schema)
    .where('name', '=', name.table)
    .executeTakeFirst()
  return row && toEntry(row)
}

export interface EntryFilter {
  readonly schema?: string
  /** Only tables whose full name is after this one. */
  readonly after?: TableName
  readonly limit?: number
  readonly reserved?: boolean
}

/** Tables by name; reserved names are not among them unless asked for. */
export async function listEntries(db: Db, filter: EntryFilter = {}): Promise<CatalogEntry[]> {
  const { schema, after, limit } = filter
  let query = db.selectFrom('table_entry').selectAll().orderBy('schema_name').orderBy('name')
  if (!filter.reserved) query = query.where('event_version', '>=', 0)
  if (schema !== undefined) query = query.where('schema_name', '=', schema)
  if (after !== undefined) {
    query = query.where((eb) =>
      eb.or([
        eb('schema_name', '>', after.schema),
        eb.and([eb('schema_name', '=', after.schema), eb('name', '>', after.table)]),
      ]),
    )
  }
  if (limit !== undefined) query = query.limit(limit)
  return (await query.execute()).map(toEntry)
}

export async function locationIsTaken(db: Db, location: string): Promise<boolean> {
  const row = await db
    .selectFrom('table_entry')
    .select('id')
    .where('location', '=', location)
    .executeTakeFirst()
  return row !== undefined
}

/** The event position of a table, locked until the transaction ends. */
export async function lockEventVersion(db: Db, id: string): Promise<number | undefined> {
  // The update takes the row's lock in both dialects.
  const row = await db
    .updateTable('table_entry')
    .set((eb) => ({ event_version: eb.ref('event_version') }))
    .where('id', '=', id)
    .returning('event_version')
    .executeTakeFirst()
  return row && Number(row.event_version)
}

export async function updateEventVersion(
  db: Db,
  id: string,
  position: { readonly version: number; readonly updatedAt: Date },
): Promise<void> {
  await db
    .updateTable('table_entry')
    .set({ event_version: position.version, updated_at: position.updatedAt.getTime() })
    .where('id', '=', id)
    .execute()
}

function toSchema(row: Selectable<TableSchemaTable>): CatalogSchema {
  return {
    name: row.name,
    comment: row.comment ?? undefined,
    createdBy: row.created_by,
    createdAt: new Date(Number(row.created_at)),
  }
}

function toEntry(row: Selectable<TableEntryTable>): CatalogEntry {
  return {
    id: row.id,
    name: {
      schema: row.schema_name,
      table: row.name,
      full: `${catalogName}.${row.schema_name}.${row.name}`,
    },
    location: row.location,
    isManaged: row.is_managed === 1,
    eventVersion: Number(row.event_version),
    createdBy: row.created_by,
    createdAt: new Date(Number(row.created_at)),
    updatedAt: new Date(Number(row.updated_at)),
  }
}
