import { listAudit } from '../auth/index.ts'
import { AppError, listEdges, type Ctx, type LineageEdge, type LineageNode } from '../core/index.ts'
import { getVersion } from '../registry/index.ts'
import { getTable, queryRows } from '../tables/index.ts'
import { provenanceErrors } from './errors.ts'

export interface WhatWasInput {
  /** A table that predictions were written to. */
  readonly table: string
  /** Values by column that name the rows. */
  readonly keys: Readonly<Record<string, string>>
}

const mostPredictions = 20
const mostEdges = 5000

/** For each prediction that the keys name: the model version, the row it saw, and who approved it. */
export async function explainPredictions(
  ctx: Ctx,
  { table, keys }: WhatWasInput,
): Promise<Record<string, unknown>> {
  const { name, columns, version } = await getTable(ctx, table)
  requireColumns(
    name,
    columns.map((column) => column.name),
    Object.keys(keys),
  )
  const rows = await findRows(ctx, { table: name, version, keys })
  if (rows.length === 0) throw provenanceErrors.PROVENANCE_PREDICTION_NOT_FOUND(name, toText(keys))
  const predictions = []
  for (const row of rows) predictions.push(await explainRow(ctx, { table: name, keys, row }))
  return { table: `${name}@${version}`, predictions }
}

const stamps = ['model_name', 'model_version']

function requireColumns(table: string, found: readonly string[], asked: readonly string[]): void {
  const missing = asked.find((column) => !found.includes(column))
  if (missing !== undefined) {
    throw provenanceErrors.PROVENANCE_COLUMN_NOT_FOUND(table, missing, found.join(', '))
  }
  if (!stamps.every((column) => found.includes(column))) {
    throw provenanceErrors.PROVENANCE_NOT_PREDICTIONS(table)
  }
}

function toText(keys: WhatWasInput['keys']): string {
  return Object.entries(keys)
    .map(([column, value]) => `${column}=${value}`)
    .join(', ')
}

type Row = Readonly<Record<string, unknown>>

interface RowsOf {
  readonly table: string
  readonly version: number
  readonly keys: WhatWasInput['keys']
}

async function findRows(ctx: Ctx, { table, version, keys }: RowsOf): Promise<Row[]> {
  const where = Object.entries(keys)
    .map(([column, value]) => `cast(${quoteName(column)} as varchar) = ${quoteText(value)}`)
    .join(' and ')
  const from = table.split('.').map(quoteName).join('.')
  const sql = `select * from ${from} where ${where}`
  // Looking is no use of the data, so no lineage comes of it.
  const { attemptId: _, ...principal } = ctx.principal
  const answer = await queryRows(
    { ...ctx, principal },
    { sql, versions: { [table]: version }, limit: mostPredictions },
  )
  return answer.rows.map((row) =>
    Object.fromEntries(answer.columns.map((column, at) => [column.name, row[at]])),
  )
}

interface Found {
  readonly table: string
  readonly keys: WhatWasInput['keys']
  readonly row: Row
}

async function explainRow(ctx: Ctx, { table, keys, row }: Found): Promise<Record<string, unknown>> {
  const name = String(row['model_name'])
  const number = Number(row['model_version'])
  const model: LineageNode = `model:${name}/${number}`
  const input = await findInput(ctx, { table, model, row })
  const version = await getVersion(ctx, { name, version: number }).catch(ignoreMissing)
  return {
    prediction: row,
    model,
    run_id: version?.runId ?? null,
    stage_now: version?.stage ?? null,
    approved: await findApproval(ctx, model),
    input: input ? `${input.table}@${input.version}` : null,
    ...(await readInput(ctx, input, keys)),
    why: `npx millrace why models:/${name}/${number}`,
  }
}

function ignoreMissing(error: unknown): undefined {
  if (error instanceof AppError && error.status === 404) return undefined
  throw error
}

/** The table version that the model was shown, by the edge which its scoring left. */
async function findInput(
  ctx: Ctx,
  { table, model, row }: Omit<Found, 'keys'> & { readonly model: LineageNode },
): Promise<{ table: string; version: number } | undefined> {
  const inputVersion = row['input_version'] ?? row['source_version']
  const edges = await listEdges(ctx.db, {
    from: model,
    kind: 'SCORED',
    toPrefix: `table:${table}@`,
    limit: mostEdges,
  })
  const pin = edges.map(inputOf).findLast((each) => each?.version === Number(inputVersion))
  return inputVersion === null || inputVersion === undefined ? undefined : pin
}

function inputOf({ data }: LineageEdge): { table: string; version: number } | undefined {
  const text = typeof data['input'] === 'string' ? data['input'] : ''
  const at = text.lastIndexOf('@')
  return at < 0 ? undefined : { table: text.slice(0, at), version: Number(text.slice(at + 1)) }
}

async function readInput(
  ctx: Ctx,
  input: { readonly table: string; readonly version: number } | undefined,
  keys: WhatWasInput['keys'],
): Promise<{ readonly input_rows: readonly Row[]; readonly input_gone: string | null }> {
  if (!input) return { input_rows: [], input_gone: null }
  try {
    return { input_rows: await findRows(ctx, { ...input, keys }), input_gone: null }
  } catch (error) {
    if (!(error instanceof AppError) || error.status >= 500) throw error
    return { input_rows: [], input_gone: error.message }
  }
}

async function findApproval(ctx: Ctx, model: LineageNode): Promise<Record<string, unknown> | null> {
  const entries = await listAudit(ctx.db, { after: 0, limit: 1000, subject: model })
  const last = entries.findLast((entry) => entry.action === 'registry.request_approved')
  if (!last) return null
  const { principal: by, createdAt, hash, data } = last
  return { by, at: createdAt.toISOString(), comment: data['comment'] ?? '', hash }
}

function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}

function quoteText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`
}
