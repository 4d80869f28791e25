import { Type, type Static } from 'typebox'
import { coreErrors, type App, type RoutePlugin } from '../core/index.ts'
import { toTypeText } from './delta/schema.ts'
import { tablesErrors } from './errors.ts'
import {
  ChunkParams,
  ExecuteRequest,
  ResultAnswer,
  StatementAnswer,
  StatementParams,
} from './statement-schema.ts'
import {
  cancelStatement,
  executeStatement,
  getStatement,
  readChunk,
  type StatementInput,
} from './statement-service.ts'
import {
  StatementState,
  type StatementChunk,
  type StatementRecord,
  type TextRow,
} from './statement-record.ts'
import { catalogName, parseSchemaName } from './table-name.ts'

const root = '/api/2.0/sql/statements'

/** The SQL Statement Execution API. */
export const statementRoutes: RoutePlugin = async (app) => {
  app.post(
    root,
    {
      schema: {
        operationId: 'executeStatement',
        tags: ['sql'],
        body: ExecuteRequest,
        response: { 200: StatementAnswer },
      },
    },
    async (request) => encodeStatement(await executeStatement(request.ctx, toInput(request.body))),
  )
  app.get(
    `${root}/:statement_id`,
    {
      schema: {
        operationId: 'getStatement',
        tags: ['sql'],
        params: StatementParams,
        response: { 200: StatementAnswer },
      },
    },
    async (request) => encodeStatement(getStatement(request.ctx, request.params.statement_id)),
  )
  chunkRoutes(app)
}

function chunkRoutes(app: App): void {
  app.get(
    `${root}/:statement_id/result/chunks/:chunk_index`,
    {
      schema: {
        operationId: 'getStatementChunk',
        tags: ['sql'],
        params: ChunkParams,
        response: { 200: ResultAnswer },
      },
    },
    async (request) => {
      const { statement_id: id, chunk_index: index } = request.params
      const { record, chunk, rows } = await readChunk(request.ctx, id, index)
      return encodeChunk(record, { index, chunk, rows })
    },
  )
  app.post(
    `${root}/:statement_id/cancel`,
    {
      schema: {
        operationId: 'cancelStatement',
        tags: ['sql'],
        params: StatementParams,
        response: { 200: Type.Object({}) },
      },
    },
    async (request) => {
      cancelStatement(request.ctx, request.params.statement_id)
      return {}
    },
  )
}

function toInput(body: Static<typeof ExecuteRequest>): StatementInput {
  const { warehouse_id: warehouse = 'default', catalog, schema, parameters } = body
  if (warehouse !== 'default') throw tablesErrors.TABLES_WAREHOUSE_NOT_FOUND(warehouse)
  if (catalog !== undefined && catalog !== catalogName) {
    throw tablesErrors.TABLES_CATALOG_NOT_FOUND(catalog)
  }
  refuseOther('disposition', body.disposition, 'INLINE')
  refuseOther('format', body.format, 'JSON_ARRAY')
  return {
    sql: body.statement,
    ...(schema === undefined ? {} : { schema: parseSchemaName(schema) }),
    ...(parameters
      ? {
          parameters: parameters.map(({ value, ...rest }) => ({
            type: 'STRING',
            ...rest,
            value: value ?? null,
          })),
        }
      : {}),
    ...(body.row_limit === undefined ? {} : { rowLimit: body.row_limit }),
    ...(body.byte_limit === undefined ? {} : { byteLimit: body.byte_limit }),
    waitMs: parseWait(body.wait_timeout ?? '10s'),
    onTimeout: body.on_wait_timeout === 'CANCEL' ? 'cancel' : 'continue',
  }
}

function refuseOther(field: string, found: string | undefined, only: string): void {
  if (found === undefined || found === only) return
  throw tablesErrors.TABLES_STATEMENT_UNSUPPORTED(`${field} ${found} (only ${only} is), which`)
}

function parseWait(text: string): number {
  const seconds = Number(/^(?<seconds>\d+)s$/.exec(text)?.groups?.['seconds'] ?? Number.NaN)
  if (seconds === 0 || (seconds >= 5 && seconds <= 50)) return seconds * 1000
  throw coreErrors.CORE_INVALID_REQUEST(
    `Invalid value for parameter 'wait_timeout': '${text}'; expected '0s', or '5s' to '50s'`,
  )
}

function encodeStatement(record: StatementRecord): Static<typeof StatementAnswer> {
  const { id, state, error } = record
  const status = {
    state,
    ...(error ? { error: { error_code: error.code, message: error.message } } : {}),
  }
  if (state !== StatementState.Succeeded) return { statement_id: id, status }
  const [first] = record.chunks
  const chunk = first ?? { rowOffset: 0, rowCount: 0, byteCount: 0, path: undefined, rows: [] }
  const result = encodeChunk(record, { index: 0, chunk, rows: chunk.rows ?? [] })
  return { statement_id: id, status, manifest: encodeManifest(record), result }
}

function encodeManifest(record: StatementRecord): Record<string, unknown> {
  const sum = (of: (chunk: StatementChunk) => number) =>
    record.chunks.reduce((total, chunk) => total + of(chunk), 0)
  return {
    format: 'JSON_ARRAY',
    schema: {
      column_count: record.columns.length,
      columns: record.columns.map(({ name, type }, position) => {
        const text = toTypeText(type)
        return { name, type_text: text, ...typeName(text), position }
      }),
    },
    total_chunk_count: record.chunks.length,
    total_row_count: sum((chunk) => chunk.rowCount),
    total_byte_count: sum((chunk) => chunk.byteCount),
    truncated: record.truncated,
    chunks: record.chunks.map(({ rowOffset, rowCount, byteCount }, index) => ({
      chunk_index: index,
      row_offset: rowOffset,
      row_count: rowCount,
      byte_count: byteCount,
    })),
  }
}

const shortNames: Readonly<Record<string, string>> = {
  tinyint: 'BYTE',
  smallint: 'SHORT',
  bigint: 'LONG',
}

/** Databricks' name of the outer type, and the digits of a decimal. */
export function typeName(text: string): {
  type_name: string
  type_precision?: number
  type_scale?: number
} {
  const decimal = /^decimal\((?<precision>\d+),(?<scale>\d+)\)$/.exec(text)?.groups
  if (decimal) {
    return {
      type_name: 'DECIMAL',
      type_precision: Number(decimal['precision']),
      type_scale: Number(decimal['scale']),
    }
  }
  const outer = text.replace(/<.*$/s, '')
  return { type_name: shortNames[outer] ?? outer.toUpperCase() }
}

interface ChunkInput {
  readonly index: number
  readonly chunk: StatementChunk
  readonly rows: readonly TextRow[]
}

function encodeChunk(record: StatementRecord, input: ChunkInput): Static<typeof ResultAnswer> {
  const { index, chunk, rows } = input
  const next = index + 1 < record.chunks.length ? index + 1 : undefined
  return {
    chunk_index: index,
    row_offset: chunk.rowOffset,
    row_count: chunk.rowCount,
    byte_count: chunk.byteCount,
    ...(next === undefined
      ? {}
      : {
          next_chunk_index: next,
          next_chunk_internal_link: `${root}/${record.id}/result/chunks/${next}`,
        }),
    data_array: rows.map((row) => [...row]),
  }
}
