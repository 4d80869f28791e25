import { stat } from 'node:fs/promises'
import type { Static } from 'typebox'
import { coreErrors, type App, type Ctx, type RoutePlugin } from '../core/index.ts'
import {
  ChecksRequest,
  IngestAnswer,
  IngestQuery,
  IngestRequest,
  ReportAnswer,
} from './check-schema.ts'
import { brokenChecks, runChecks, type CheckSource } from './check-service.ts'
import { parseChecks } from './checks/parse.ts'
import type { CheckReport } from './checks/types.ts'
import type { StructType } from './delta/schema.ts'
import { tablesErrors } from './errors.ts'
import { ingestFile, type IngestInput } from './ingest-service.ts'
import { resolveExternal } from './locations.ts'
import { Cursor } from './sql/cursor.ts'
import { readColumns } from './sql/parse-create.ts'
import { TableParams } from './table-schema.ts'
import { acceptFiles, withBody } from './upload.ts'
import { WriteMode } from './types.ts'

const root = '/api/millrace/1.0/tables'

/** Files into tables, and rules about rows. */
export const checkRoutes: RoutePlugin = async (app) => {
  acceptFiles(app)
  app.post(
    `${root}/checks`,
    {
      schema: {
        operationId: 'runChecks',
        tags: ['tables'],
        body: ChecksRequest,
        response: { 200: ReportAnswer },
      },
    },
    async (request) => {
      const { checks, gate } = request.body
      const source = sourceOf(request.body)
      const report = await runChecks(request.ctx, { checks: parseChecks(checks), source })
      if (gate && !report.passed) throw brokenChecks(report)
      return encodeReport(report)
    },
  )
  ingestRoute(app)
}

function sourceOf(body: Static<typeof ChecksRequest>): CheckSource {
  const { table, sql, version } = body
  if (sql !== undefined && table === undefined && version === undefined) return { sql }
  if (table !== undefined && sql === undefined) {
    return { table, ...(version === undefined ? {} : { version }) }
  }
  throw coreErrors.CORE_INVALID_REQUEST("Give either 'table' (with or without 'version') or 'sql'")
}

function ingestRoute(app: App): void {
  app.post(
    `${root}/:name/ingest`,
    {
      schema: {
        operationId: 'ingestFile',
        tags: ['tables'],
        params: TableParams,
        querystring: IngestQuery,
        body: { content: { 'application/json': { schema: IngestRequest } } },
        response: { 200: IngestAnswer },
      },
    },
    async (request) => {
      const { ctx, params } = request
      if (request.headers['content-type']?.startsWith('application/json')) {
        const { path, ...options } = request.body as Static<typeof IngestRequest>
        return encodeIngest(
          await ingest(ctx, { table: params.name, path: await findFile(ctx, path) }, options),
        )
      }
      return withBody(ctx, request.body, async (path) =>
        encodeIngest(await ingest(ctx, { table: params.name, path }, request.query)),
      )
    },
  )
}

async function findFile(ctx: Ctx, path: string): Promise<string> {
  const real = await resolveExternal(ctx, path)
  const found = await stat(real).catch(() => undefined)
  if (found?.isFile()) return real
  throw tablesErrors.TABLES_FILE_UNREADABLE(`File '${path}'`, 'there is no such file')
}

type IngestOptions = Omit<Static<typeof IngestRequest>, 'path'>

function ingest(
  ctx: Ctx,
  target: { readonly table: string; readonly path: string },
  options: IngestOptions,
): ReturnType<typeof ingestFile> {
  const { keys, checks, schema, delimiter, request_id: requestId } = options
  const keyList = typeof keys === 'string' ? keys.split(',').map((key) => key.trim()) : keys
  const input: IngestInput = {
    ...target,
    format: options.format ?? 'csv',
    mode: options.mode ?? WriteMode.Append,
    ...(keyList ? { keys: keyList } : {}),
    ...(checks === undefined ? {} : { checks: parseChecks(checks) }),
    ...(schema === undefined ? {} : { schema: parseColumns(schema) }),
    ...(delimiter === undefined ? {} : { delimiter }),
    ...(requestId === undefined ? {} : { requestId }),
  }
  return ingestFile(ctx, input)
}

function parseColumns(text: string): StructType {
  const cursor = new Cursor(`(${text})`)
  const fields = readColumns(cursor)
  cursor.expectEnd()
  return { type: 'struct', fields }
}

function encodeIngest(answer: Awaited<ReturnType<typeof ingestFile>>): Static<typeof IngestAnswer> {
  const { table, version, rows, skipped, report } = answer
  return {
    table,
    version,
    rows,
    staged: version === null && !skipped,
    ...(report ? { report: encodeReport(report) } : {}),
  }
}

function encodeReport(report: CheckReport): Static<typeof ReportAnswer> {
  return {
    ...report,
    rules: report.rules.map((rule) => ({
      ...rule,
      examples: rule.examples.map(({ row, value, key }) => ({
        row,
        value,
        ...(key ? { key: { ...key } } : {}),
      })),
    })),
  }
}
