import { Type } from 'typebox'
import type { App, Ctx, RoutePlugin } from '../core/index.ts'
import {
  createSchema,
  dropSchema,
  dropTable,
  getSchema,
  getTable,
  listAllSchemas,
  toTableInfo,
} from './catalog-service.ts'
import { findEntry, listEntries, type CatalogSchema } from './catalog-store.ts'
import { tablesErrors } from './errors.ts'
import { logAt } from './room.ts'
import { typeName } from './statement-routes.ts'
import { catalogName, parseSchemaName, parseTableName } from './table-name.ts'
import type { TableInfo } from './types.ts'
import {
  CatalogsQuery,
  CreateSchemaRequest,
  GetQuery,
  NameParams,
  SchemasQuery,
  TablesQuery,
} from './unity-schema.ts'

const root = '/api/2.1/unity-catalog'
const pageSize = 100

/** The Unity Catalog API, as far as names and columns go. */
export const unityRoutes: RoutePlugin = async (app, { ctx }) => {
  const started = ctx.now().getTime()
  catalogRoutes(app, started)
  schemaRoutes(app)
  tableRoutes(app)
}

function catalogRoutes(app: App, createdAt: number): void {
  const catalog = {
    name: catalogName,
    full_name: catalogName,
    catalog_type: 'MANAGED_CATALOG',
    securable_type: 'CATALOG',
    isolation_mode: 'OPEN',
    owner: 'millrace',
    created_at: createdAt,
    updated_at: createdAt,
  }
  app.get(
    `${root}/catalogs`,
    {
      schema: { operationId: 'listCatalogs', tags: ['unity-catalog'], querystring: CatalogsQuery },
    },
    async () => ({ catalogs: [catalog] }),
  )
  app.get(
    `${root}/catalogs/:full_name`,
    {
      schema: {
        operationId: 'getCatalog',
        tags: ['unity-catalog'],
        params: NameParams,
        querystring: GetQuery,
      },
    },
    async (request) => {
      assertCatalog(request.params.full_name)
      return catalog
    },
  )
}

function schemaRoutes(app: App): void {
  app.get(
    `${root}/schemas`,
    { schema: { operationId: 'listSchemas', tags: ['unity-catalog'], querystring: SchemasQuery } },
    async (request) => {
      assertCatalog(request.query.catalog_name)
      return { schemas: (await listAllSchemas(request.ctx)).map(encodeSchema) }
    },
  )
  app.get(
    `${root}/schemas/:full_name`,
    {
      schema: {
        operationId: 'getSchema',
        tags: ['unity-catalog'],
        params: NameParams,
        querystring: GetQuery,
      },
    },
    async (request) =>
      encodeSchema(await getSchema(request.ctx, parseSchemaName(request.params.full_name))),
  )
  app.post(
    `${root}/schemas`,
    { schema: { operationId: 'createSchema', tags: ['unity-catalog'], body: CreateSchemaRequest } },
    async (request) => {
      const { name, catalog_name: catalog, comment } = request.body
      const schema = parseSchemaName(`${catalog}.${name}`)
      const more = comment === undefined ? {} : { comment }
      await createSchema(request.ctx, { name: schema, ...more })
      return encodeSchema(await getSchema(request.ctx, schema))
    },
  )
  app.delete(
    `${root}/schemas/:full_name`,
    {
      schema: {
        operationId: 'deleteSchema',
        tags: ['unity-catalog'],
        params: NameParams,
        querystring: Type.Object(
          { force: Type.Optional(Type.Boolean({ description: 'Drops the tables with it.' })) },
          { additionalProperties: false },
        ),
      },
    },
    async (request) => {
      const name = parseSchemaName(request.params.full_name)
      await dropSchema(request.ctx, { name, cascade: request.query.force ?? false })
      return {}
    },
  )
}

function tableRoutes(app: App): void {
  app.get(
    `${root}/tables`,
    {
      schema: {
        operationId: 'listCatalogTables',
        tags: ['unity-catalog'],
        querystring: TablesQuery,
      },
    },
    async (request) => {
      const { catalog_name: catalog, schema_name: schema, page_token: token } = request.query
      assertCatalog(catalog)
      const { name } = await getSchema(request.ctx, parseSchemaName(`${catalog}.${schema}`))
      const limit = Math.min(request.query.max_results || pageSize, pageSize)
      const tables = await tablePage(request.ctx, { schema: name, token, limit })
      const more = tables.length > limit
      const page = tables.slice(0, limit)
      return {
        tables: page.map((table) => encodeTable(table, request.query)),
        ...(more ? { next_page_token: page.at(-1)?.name } : {}),
      }
    },
  )
  app.get(
    `${root}/tables/:full_name`,
    {
      schema: {
        operationId: 'getCatalogTable',
        tags: ['unity-catalog'],
        params: NameParams,
        querystring: GetQuery,
      },
    },
    async (request) => encodeTable(await getTable(request.ctx, request.params.full_name), {}),
  )
  app.get(
    `${root}/tables/:full_name/exists`,
    { schema: { operationId: 'tableExists', tags: ['unity-catalog'], params: NameParams } },
    async (request) => {
      const found = await findEntry(request.ctx.db, parseTableName(request.params.full_name))
      return { table_exists: found !== undefined }
    },
  )
  app.delete(
    `${root}/tables/:full_name`,
    { schema: { operationId: 'deleteTable', tags: ['unity-catalog'], params: NameParams } },
    async (request) => {
      await dropTable(request.ctx, parseTableName(request.params.full_name))
      return {}
    },
  )
}

interface PageInput {
  readonly schema: string
  readonly token: string | undefined
  readonly limit: number
}

/** One table more than asked, to tell whether there is another page. */
async function tablePage(ctx: Ctx, input: PageInput): Promise<TableInfo[]> {
  const { schema, token, limit } = input
  const entries = await listEntries(ctx.db, {
    schema,
    limit: limit + 1,
    ...(token === undefined ? {} : { after: parseTableName(token) }),
  })
  const tables: TableInfo[] = []
  for (const entry of entries) {
    tables.push(toTableInfo(entry, await logAt(ctx, entry.location).update()))
  }
  return tables
}

function assertCatalog(name: string): void {
  if (name !== catalogName) throw tablesErrors.TABLES_CATALOG_NOT_FOUND(name)
}

function encodeSchema(schema: CatalogSchema): Record<string, unknown> {
  return {
    name: schema.name,
    catalog_name: catalogName,
    full_name: `${catalogName}.${schema.name}`,
    ...(schema.comment === undefined ? {} : { comment: schema.comment }),
    owner: schema.createdBy,
    created_by: schema.createdBy,
    created_at: schema.createdAt.getTime(),
    updated_at: schema.createdAt.getTime(),
    securable_type: 'SCHEMA',
    catalog_type: 'MANAGED_CATALOG',
  }
}

interface Omissions {
  readonly omit_columns?: boolean
  readonly omit_properties?: boolean
  readonly omit_username?: boolean
}

function encodeTable(table: TableInfo, omit: Omissions): Record<string, unknown> {
  const [catalog = '', schema = '', name = ''] = table.name.split('.')
  const users = { owner: table.createdBy, created_by: table.createdBy }
  return {
    name,
    catalog_name: catalog,
    schema_name: schema,
    full_name: table.name,
    table_id: table.id,
    table_type: table.isManaged ? 'MANAGED' : 'EXTERNAL',
    data_source_format: 'DELTA',
    securable_type: 'TABLE',
    storage_location: table.location,
    ...(omit.omit_columns ? {} : { columns: table.columns.map(encodeColumn(table)) }),
    ...(omit.omit_properties ? {} : { properties: table.properties }),
    ...(omit.omit_username ? {} : users),
    created_at: table.createdAt.getTime(),
    updated_at: table.updatedAt.getTime(),
  }
}

function encodeColumn(table: TableInfo) {
  return (column: TableInfo['columns'][number], position: number): Record<string, unknown> => {
    const partition = table.partitionColumns.indexOf(column.name)
    return {
      name: column.name,
      type_text: column.type,
      ...typeName(column.type),
      position,
      nullable: column.nullable,
      ...(column.comment === undefined ? {} : { comment: column.comment }),
      ...(partition >= 0 ? { partition_index: partition } : {}),
    }
  }
}
