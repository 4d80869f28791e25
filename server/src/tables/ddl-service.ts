import type { Ctx } from '../core/index.ts'
import {
  createSchema,
  dropSchema,
  dropTable,
  getEntry,
  getSchema,
  openTable,
  registerTable,
} from './catalog-service.ts'
import { findEntry, findSchema, type CatalogEntry } from './catalog-store.ts'
import { commitWrites, type ComputedWrite } from './commit-service.ts'
import { announceCommits } from './committed-service.ts'
import { assertReadable } from './delta/protocol.ts'
import type { StructType } from './delta/schema.ts'
import type { Snapshot } from './delta/snapshot.ts'
import { tablesErrors } from './errors.ts'
import { resolveLocation } from './locations.ts'
import { planAlter } from './operations/alter.ts'
import { typesOf } from './operations/append.ts'
import { checkProperties } from './operations/properties.ts'
import { logAt } from './room.ts'
import type { StatementContext } from './dml-service.ts'
import type {
  AlterTable,
  CreateSchema,
  CreateTable,
  DropSchema,
  DropTable,
} from './sql/statement.ts'
import { finishWrite, reserveTable, stagingAttempt, writeTable } from './write-service.ts'
import { WriteMode } from './types.ts'

export async function runCreateSchema(ctx: Ctx, statement: CreateSchema): Promise<void> {
  const { schema, ifNotExists, comment } = statement
  await createSchema(ctx, {
    name: schema,
    ifNotExists,
    ...(comment === undefined ? {} : { comment }),
  })
}

export async function runDropSchema(ctx: Ctx, statement: DropSchema): Promise<void> {
  const { schema, ifExists, cascade } = statement
  if (ifExists && !(await findSchema(ctx.db, schema))) return
  await dropSchema(ctx, { name: schema, cascade })
}

export async function runDropTable(ctx: Ctx, statement: DropTable): Promise<void> {
  if (statement.ifExists && !(await findEntry(ctx.db, statement.table))) return
  await dropTable(ctx, statement.table)
}

/** CREATE TABLE in all its forms; answers the rows written, or undefined without a query. */
export async function runCreateTable(
  ctx: Ctx,
  statement: CreateTable,
  context: StatementContext,
): Promise<number | undefined> {
  const { table, ifNotExists, orReplace } = statement
  checkProperties(statement.properties)
  await getSchema(ctx, table.schema)
  const there = await findEntry(ctx.db, table)
  if (there && ifNotExists) return undefined
  if (there && !orReplace) throw tablesErrors.TABLES_TABLE_EXISTS(table.full)
  const location = statement.location && (await resolveLocation(ctx, statement.location))
  if (location !== undefined && !there) await openLocation(ctx, statement, location)
  if (statement.query !== undefined) return createAsSelect(ctx, statement, context)
  if (statement.columns) await createEmpty(ctx, statement, there)
  else if (location === undefined) {
    throw tablesErrors.TABLES_STATEMENT_INVALID(
      `CREATE TABLE ${table.full} needs columns, a query, or the LOCATION of a table`,
    )
  }
  return undefined
}

/** Gives the name to a location: to the table that is there, or for one about to be made. */
async function openLocation(ctx: Ctx, statement: CreateTable, location: string): Promise<void> {
  const { table } = statement
  const snapshot = await logAt(ctx, location).update()
  if (snapshot.version < 0 && !statement.columns && statement.query === undefined) {
    throw tablesErrors.TABLES_NOT_A_DELTA_TABLE(location, 'there is no log; name the columns')
  }
  if (snapshot.version >= 0) assertSameTable(statement, location, snapshot)
  const { version } = snapshot
  await registerTable(ctx, { name: table, location, ...(version < 0 ? {} : { version }) })
}

function assertSameTable(statement: CreateTable, location: string, snapshot: Snapshot): void {
  const { table, columns, query } = statement
  if (!snapshot.metadata) {
    throw tablesErrors.TABLES_NOT_A_DELTA_TABLE(location, 'its log has no readable version')
  }
  assertReadable(table.full, snapshot.protocol, snapshot.metadata)
  if (query !== undefined) {
    throw tablesErrors.TABLES_NOT_A_DELTA_TABLE(location, 'a table is there already')
  }
  const given: StructType | undefined = columns && { type: 'struct', fields: columns }
  if (given && typesOf(given) !== typesOf(snapshot.schema)) {
    throw tablesErrors.TABLES_SCHEMA_MISMATCH(table.full, 'the table at the location has others')
  }
}

async function createAsSelect(
  ctx: Ctx,
  statement: CreateTable,
  context: StatementContext,
): Promise<number> {
  if (statement.columns) {
    throw tablesErrors.TABLES_STATEMENT_UNSUPPORTED('CREATE TABLE with both columns and a query')
  }
  const { table, query = '', properties, comment, partitionedBy, orReplace } = statement
  const answer = await writeTable(ctx, {
    table: table.full,
    mode: orReplace ? WriteMode.Overwrite : WriteMode.Append,
    source: { ...context, sql: query },
    properties,
    partitionColumns: partitionedBy,
    ...(comment === undefined ? {} : { comment }),
  })
  return answer.rows
}

async function createEmpty(
  ctx: Ctx,
  statement: CreateTable,
  there: CatalogEntry | undefined,
): Promise<void> {
  const { table, columns = [], properties, comment, partitionedBy } = statement
  const schema: StructType = { type: 'struct', fields: columns }
  const partitionColumns = partitionedBy.map((name) => {
    const found = columns.find((column) => column.name.toLowerCase() === name.toLowerCase())
    if (found) return found.name
    throw tablesErrors.TABLES_SCHEMA_MISMATCH(table.full, `unknown partition column '${name}'`)
  })
  const entry = there ?? (await reserveTable(ctx, table))
  const known = await logAt(ctx, entry.location).update()
  if (known.version >= 0 && !there) {
    await announceCommits(ctx, { entry, version: known.version })
    return
  }
  const write = {
    mode: there ? WriteMode.Overwrite : WriteMode.Append,
    keys: [],
    adds: [],
    schema,
    partitionColumns,
    properties,
    ...(comment === undefined ? {} : { comment }),
  }
  await finishWrite(ctx, { entry, write, attemptId: stagingAttempt(ctx, {}), request: {} })
}

/** ALTER TABLE: a commit that changes what the table is, not its rows. */
export async function runAlterTable(ctx: Ctx, statement: AlterTable): Promise<void> {
  if (statement.kind === 'set properties') checkProperties(statement.set)
  const entry = await getEntry(ctx, statement.table)
  await openTable(ctx, entry)
  const write: ComputedWrite = {
    compute: async (snapshot) => {
      const plan = await planAlter(ctx, { statement, snapshot, location: entry.location })
      return plan && { plan, made: [] }
    },
  }
  await commitWrites(ctx, { entry, writes: [write] })
}
