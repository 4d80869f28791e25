/**
 * Scores the rows of tables.
 *
 *   batch   pinned input → rows scored in chunks → one write → recorded with its lineage
 *             called by an attempt: staged; recorded as open, and closed when the attempt's commit
 *             is announced; an attempt that fails leaves nothing in the table
 *             called by anybody else: one commit under the idempotency key; the same key again
 *             answers what the first call did
 */
import { createHash } from 'node:crypto'
import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import {
  appendEvent,
  inTransaction,
  listEdges,
  newId,
  recordEdge,
  systemPrincipal,
  type Ctx,
} from '../core/index.ts'
import { getTable, mapQuery, queryRows, writeTable, type TableSource } from '../tables/index.ts'
import { servingErrors } from './errors.ts'
import './events.ts'
import type { FlavourKind } from './flavours/flavour.ts'
import { resolveModel } from './model-uri.ts'
import {
  findScoringByKey,
  insertScoring,
  listOpenScorings,
  updateOutputVersion,
  type Scoring,
} from './scoring-store.ts'
import { withScorer, type ScoreColumn, type TableColumn } from './table-scorer.ts'

export interface ScoreTableInput {
  readonly name: string
  readonly version: number
  readonly source: { readonly sql: string; readonly versions?: Readonly<Record<string, number>> }
  /** Where the Parquet file goes: the query's columns and the outputs. */
  readonly outputPath: string
  /** @default both */
  readonly outputs?: readonly ScoreColumn[]
}

export interface ScoreTableAnswer {
  readonly rows: number
  readonly sources: readonly TableSource[]
  readonly flavour: FlavourKind
}

/** Writes the rows of a query with a model's predictions beside them. Memory does not grow with the rows. */
export async function scoreTable(ctx: Ctx, input: ScoreTableInput): Promise<ScoreTableAnswer> {
  const { name, version, source, outputPath, outputs } = input
  const { columns } = await queryRows(ctx, {
    ...source,
    sql: `select * from (${source.sql}) limit 0`,
  })
  const asked = {
    model: { name, version },
    columns,
    source: 'the query',
    ...(outputs ? { outputs } : {}),
  }
  return withScorer(ctx, asked, async (scorer) => {
    refuseClash(columns, scorer.added, 'The query')
    const answer = await mapQuery(ctx, {
      ...source,
      path: outputPath,
      columns: scorer.columns,
      added: scorer.added,
      map: scorer.score,
    })
    return { ...answer, flavour: scorer.flavour }
  })
}

export interface ScoreBatchInput {
  /** `models:/churn/3`, `models:/churn/Production`, `models:/churn@champion` */
  readonly model: string
  readonly table: string
  /** @default the newest */
  readonly version?: number
  readonly outputTable: string
  readonly mode: 'append' | 'overwrite' | 'merge'
  /** Columns that identify a row in the output; the keys of a merge. */
  readonly keyColumns: readonly string[]
  /** Names the call, so that sending it again does not score again. */
  readonly idempotencyKey?: string
}

const stamps: readonly TableColumn[] = [
  { name: 'model_name', type: 'string' },
  { name: 'model_version', type: 'int' },
  { name: 'input_version', type: 'bigint' },
  { name: 'scored_at', type: 'timestamp' },
]

/** Writes keys, prediction, probability, model, input version and time to a table, exactly once. */
export async function scoreBatch(ctx: Ctx, input: ScoreBatchInput): Promise<Scoring> {
  const requestHash = createHash('sha256').update(JSON.stringify(input)).digest('hex')
  const key = keyOf(ctx, input)
  const known = await findScoringByKey(ctx.db, key)
  if (known) {
    if (known.requestHash === requestHash) return known
    throw servingErrors.SERVING_KEY_REUSED(input.idempotencyKey ?? key)
  }
  const model = await resolveModel(ctx, input.model)
  const table = await getTable(ctx, input.table)
  const inputVersion = input.version ?? table.version
  refuseUnknownKeys(table.columns, input)
  const folder = await scratchFolder(ctx)
  const path = join(folder, `${newId()}.parquet`)
  const asked = { model, columns: table.columns, source: `table ${table.name}` }
  try {
    return await withScorer(ctx, asked, async (scorer) => {
      refuseClash(
        table.columns.filter((column) => input.keyColumns.includes(column.name)),
        [...scorer.added, ...stamps],
        'key_columns',
      )
      const scoredAt = ctx.now().toISOString()
      const stamp = [model.name, model.version, inputVersion, scoredAt]
      const wanted = [...new Set([...input.keyColumns, ...scorer.columns])]
      const { rows } = await mapQuery(ctx, {
        sql: `select ${wanted.map(quote).join(', ')} from ${table.name.split('.').map(quote).join('.')}`,
        versions: { [table.name]: inputVersion },
        path,
        columns: scorer.columns,
        added: [...scorer.added, ...stamps],
        kept: input.keyColumns,
        map: async (batch) => (await scorer.score(batch)).map((cells) => [...cells, ...stamp]),
      })
      const written = await writeScored(ctx, { ...input, key, path })
      const scoring = {
        id: newId(),
        key,
        model,
        inputTable: table.name,
        inputVersion,
        outputTable: written.table,
        outputVersion: written.version ?? undefined,
        rows,
        flavour: scorer.flavour,
        attemptId: ctx.principal.attemptId,
        requestHash,
        createdAt: ctx.now(),
      }
      await recordScoring(ctx, scoring)
      return scoring
    })
  } finally {
    await rm(path, { force: true })
  }
}

// A later attempt of the same task is another call, whose rows replace the first one's.
function keyOf(ctx: Ctx, input: ScoreBatchInput): string {
  const { attemptId } = ctx.principal
  const key = input.idempotencyKey ?? newId()
  return attemptId === undefined ? key : `${attemptId}/${key}`
}

interface WritingScored extends ScoreBatchInput {
  readonly key: string
  readonly path: string
}

async function writeScored(
  ctx: Ctx,
  input: WritingScored,
): Promise<{ readonly table: string; readonly version: number | null }> {
  return writeTable(ctx, {
    table: input.outputTable,
    mode: input.mode,
    ...(input.mode === 'merge' ? { keys: input.keyColumns } : {}),
    source: { parquet: input.path },
    ...(ctx.principal.attemptId === undefined
      ? { txn: { appId: `score-batch/${input.key}`, version: 1 } }
      : { requestId: `score-batch/${input.key}` }),
  })
}

export async function scratchFolder(ctx: Ctx): Promise<string> {
  const folder = join(ctx.config.dataDir, 'scratch', 'serving')
  await mkdir(folder, { recursive: true })
  return folder
}

async function recordScoring(ctx: Ctx, scoring: Scoring): Promise<void> {
  await inTransaction(ctx, async (tx) => {
    await insertScoring(tx.db, scoring)
    if (scoring.outputVersion !== undefined) await recordScored(tx, scoring, scoring.outputVersion)
  })
}

/** The facts of rows that a table now has: one edge, one event. */
export async function recordScored(
  tx: Ctx,
  scoring: Pick<
    Scoring,
    'id' | 'model' | 'inputTable' | 'inputVersion' | 'outputTable' | 'rows' | 'attemptId'
  >,
  outputVersion: number,
): Promise<void> {
  const { id, model, inputTable, inputVersion, outputTable, rows, attemptId } = scoring
  const input = `${inputTable}@${inputVersion}`
  await recordEdge(tx, {
    kind: 'SCORED',
    from: `model:${model.name}/${model.version}`,
    to: `table:${outputTable}@${outputVersion}`,
    data: { input, rows, scoring_id: id, ...(attemptId ? { attempt_id: attemptId } : {}) },
  })
  await appendEvent(tx, {
    type: 'serving.scored',
    subject: `table:${outputTable}@${outputVersion}`,
    payload: {
      scoring_id: id,
      model: model.name,
      version: model.version,
      input,
      output_table: outputTable,
      output_version: outputVersion,
      rows,
    },
  })
}

/** Closes the scorings whose attempt has committed its rows: all, or those of one table. */
export async function closeScorings(tx: Ctx, outputTable?: string): Promise<void> {
  const system = { ...tx, principal: systemPrincipal }
  for (const scoring of await listOpenScorings(tx.db, outputTable)) {
    if (scoring.attemptId === undefined) continue
    const from = `attempt:${scoring.attemptId}` as const
    const wrote = await listEdges(tx.db, { from, kind: 'WROTE' })
    const prefix = `table:${scoring.outputTable}@`
    const edge = wrote.find(({ to }) => to.startsWith(prefix))
    if (!edge) continue
    const version = Number(edge.to.slice(prefix.length))
    await updateOutputVersion(tx.db, scoring.id, version)
    await recordScored(system, scoring, version)
  }
}

function refuseUnknownKeys(columns: readonly TableColumn[], input: ScoreBatchInput): void {
  const found = columns.map((column) => column.name)
  const unknown = input.keyColumns.filter((name) => !found.includes(name))
  if (unknown.length === 0) return
  throw servingErrors.SERVING_SOURCE_INVALID(
    `key_columns [${unknown.join(', ')}] are not in ${input.table}; it has [${found.join(', ')}]`,
  )
}

/** Added columns may not hide columns of the rows. */
export function refuseClash(
  columns: readonly TableColumn[],
  added: readonly TableColumn[],
  what: string,
): void {
  const names = new Set(added.map((column) => column.name))
  const clash = columns.filter((column) => names.has(column.name)).map((column) => column.name)
  if (clash.length === 0) return
  throw servingErrors.SERVING_SOURCE_INVALID(
    `${what} has columns [${clash.join(', ')}], which scoring adds; rename them first`,
  )
}

function quote(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}
