import { createReadStream } from 'node:fs'
import { rm } from 'node:fs/promises'
import type { FastifyReply } from 'fastify'
import type { Static } from 'typebox'
import type { App, RoutePlugin } from '../core/index.ts'
import { getTable, listTables } from './catalog-service.ts'
import { quoteName } from './delta/schema.ts'
import { tableHistory } from './history-service.ts'
import { queryToParquet } from './query-service.ts'
import { roomOf } from './room.ts'
import { parseSchemaName, parseTableName } from './table-name.ts'
import {
  DataQuery,
  HistoryAnswer,
  HistoryQuery,
  ListQuery,
  QueryRequest,
  TableAnswer,
  TableListAnswer,
  TableParams,
  WriteAnswer,
  WriteQuery,
} from './table-schema.ts'
import type { TableInfo } from './types.ts'
import { acceptFiles, withBody } from './upload.ts'
import { writeTable } from './write-service.ts'

const root = '/api/millrace/1.0/tables'

/** Tables as whole: what they are, their rows as Parquet, their history. */
export const tableRoutes: RoutePlugin = async (app) => {
  acceptFiles(app)
  describeRoutes(app)
  dataRoutes(app)
  writeRoute(app)
}

function describeRoutes(app: App): void {
  app.get(
    root,
    {
      schema: {
        operationId: 'listTables',
        tags: ['tables'],
        querystring: ListQuery,
        response: { 200: TableListAnswer },
      },
    },
    async (request) => {
      const { schema } = request.query
      const filter = schema === undefined ? {} : { schema: parseSchemaName(schema) }
      return { tables: (await listTables(request.ctx, filter)).map(encodeTable) }
    },
  )
  app.get(
    `${root}/:name`,
    {
      schema: {
        operationId: 'getTable',
        tags: ['tables'],
        params: TableParams,
        response: { 200: TableAnswer },
      },
    },
    async (request) => encodeTable(await getTable(request.ctx, request.params.name)),
  )
  app.get(
    `${root}/:name/history`,
    {
      schema: {
        operationId: 'getTableHistory',
        tags: ['tables'],
        params: TableParams,
        querystring: HistoryQuery,
        response: { 200: HistoryAnswer },
      },
    },
    async (request) => {
      const limit = request.query.limit ?? 100
      const history = await tableHistory(request.ctx, request.params.name, { limit })
      return {
        history: history.map(({ timestampMs, user, engine, ...entry }) => ({
          ...entry,
          timestamp: timestampMs,
          user: user ?? null,
          engine: engine ?? null,
        })),
      }
    },
  )
}

function dataRoutes(app: App): void {
  app.post(
    `${root}/query`,
    { schema: { operationId: 'queryTables', tags: ['tables'], body: QueryRequest } },
    async (request, reply) => {
      const { sql, parameters, versions } = request.body
      const path = roomOf(request.ctx).engine.scratchPath('parquet')
      await queryToParquet(request.ctx, {
        sql,
        ...(parameters ? { parameters } : {}),
        ...(versions ? { versions } : {}),
        path,
      })
      return sendParquet(reply, path)
    },
  )
  app.get(
    `${root}/:name/data`,
    {
      schema: {
        operationId: 'readTable',
        tags: ['tables'],
        params: TableParams,
        querystring: DataQuery,
      },
    },
    async (request, reply) => {
      const { full, schema, table } = parseTableName(request.params.name)
      const path = roomOf(request.ctx).engine.scratchPath('parquet')
      const { version } = request.query
      const answer = await queryToParquet(request.ctx, {
        sql: `select * from ${quoteName(schema)}.${quoteName(table)}`,
        ...(version === undefined ? {} : { versions: { [full]: version } }),
        path,
      })
      reply.header('x-millrace-version', String(answer.sources[0]?.version))
      return sendParquet(reply, path)
    },
  )
}

function writeRoute(app: App): void {
  app.put(
    `${root}/:name/data`,
    {
      schema: {
        operationId: 'writeTable',
        tags: ['tables'],
        params: TableParams,
        querystring: WriteQuery,
        response: { 200: WriteAnswer },
      },
    },
    async (request) => {
      const { mode, keys, request_id: requestId } = request.query
      return withBody(request.ctx, request.body, async (parquet) => {
        const answer = await writeTable(request.ctx, {
          table: request.params.name,
          mode,
          ...(keys === undefined ? {} : { keys: keys.split(',').map((key) => key.trim()) }),
          source: { parquet },
          ...(requestId === undefined ? {} : { requestId }),
        })
        const { table, version, rows } = answer
        return { table, version, rows, staged: version === null && !answer.skipped }
      })
    },
  )
}

/** Sends a file that is deleted once it has been sent. */
function sendParquet(reply: FastifyReply, path: string): FastifyReply {
  const stream = createReadStream(path)
  stream.on('close', () => void rm(path, { force: true }))
  return reply.header('content-type', 'application/vnd.apache.parquet').send(stream)
}

export function encodeTable(table: TableInfo): Static<typeof TableAnswer> {
  return {
    name: table.name,
    version: table.version,
    columns: [...table.columns],
    location: table.location,
    created_at: table.createdAt.getTime(),
    updated_at: table.updatedAt.getTime(),
    rows: table.rows ?? null,
    files: table.files,
    size_bytes: table.sizeBytes,
    partition_columns: [...table.partitionColumns],
    properties: { ...table.properties },
  }
}
