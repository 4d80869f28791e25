import { rm } from 'node:fs/promises'
import type { Ctx } from '../core/index.ts'
import type { CatalogEntry } from './catalog-store.ts'
import { commitWrites, type ComputedWrite } from './commit-service.ts'
import { assertWritable } from './delta/protocol.ts'
import { quoteText } from './delta/schema.ts'
import { listFiles, type Snapshot } from './delta/snapshot.ts'
import type { Session } from './duck/engine.ts'
import { tablesErrors } from './errors.ts'
import { deleteQueries, updateQueries, type ChangeQueries } from './operations/change-rows.ts'
import type { PlanWithFiles } from './operations/merge.ts'
import { mergeQueries } from './operations/merge-into.ts'
import {
  allTargetName,
  planRewrite,
  sourceName,
  targetName,
  targetView,
  type RewriteTarget,
  type RunQuery,
} from './operations/rewrite.ts'
import {
  createViews,
  planTables,
  recordReads,
  sourcesOf,
  type QueryInput,
  type Substitutes,
} from './query-service.ts'
import { roomOf } from './room.ts'
import { openForCaller } from './staged-reads.ts'
import { stageChange, stagingAttempt } from './write-service.ts'
import { describeQuery } from './duck/describe.ts'
import type { Delete, Merge, Update } from './sql/statement.ts'
import type { TableSource } from './types.ts'

export interface ChangedRows {
  readonly table: string
  /** The version that was made; undefined when nothing was to be changed. */
  readonly version: number | undefined
  readonly updated: number
  readonly deleted: number
  readonly inserted: number
}

/** What a statement was given besides its text. */
export type StatementContext = Pick<QueryInput, 'parameters' | 'schema' | 'versions'>

interface Change {
  readonly plan: PlanWithFiles | undefined
  readonly counts: Pick<ChangedRows, 'updated' | 'deleted' | 'inserted'>
}

type PlanChange = (session: Session, target: RewriteTarget, prepare: RunQuery) => Promise<Change>

/** DELETE and UPDATE: one commit that rewrites the files with rows to change. */
export async function changeRows(
  ctx: Ctx,
  statement: Delete | Update,
  context: StatementContext,
): Promise<ChangedRows> {
  return commitChange(ctx, { statement, context }, async (session, target, prepare) => {
    const input = { ...statement, table: target.table, schema: target.snapshot.schema }
    const queries =
      statement.kind === 'delete'
        ? deleteQueries(input)
        : updateQueries({ ...input, set: statement.set })
    const rows = await countChanged(session, { target, prepare, queries })
    const isDelete = statement.kind === 'delete'
    const counts = { updated: isDelete ? 0 : rows, deleted: isDelete ? rows : 0, inserted: 0 }
    if (rows === 0) return { plan: undefined, counts }
    const plan = await planRewrite(session, {
      ...queries,
      target,
      prepare,
      operation: isDelete ? 'DELETE' : 'UPDATE',
      parameters: { predicate: JSON.stringify([statement.where ?? 'true']) },
      metrics: { [isDelete ? 'numDeletedRows' : 'numUpdatedRows']: String(rows) },
    })
    return { plan, counts }
  })
}

interface CountInput {
  readonly target: RewriteTarget
  readonly prepare: RunQuery
  readonly queries: Pick<ChangeQueries, 'count'>
}

async function countChanged(session: Session, input: CountInput): Promise<number> {
  const { target, prepare, queries } = input
  const view = targetView(target, listFiles(target.snapshot))
  const { sql } = await prepare(queries.count, new Map([[targetName, view]]))
  const [row] = await session.rows(sql)
  return Number(row?.[0] ?? 0)
}

/** MERGE INTO: one commit. The source is read once. */
export async function mergeInto(
  ctx: Ctx,
  statement: Merge,
  context: StatementContext,
): Promise<ChangedRows> {
  const scratch = roomOf(ctx).engine.scratchPath('parquet')
  try {
    return await commitChange(ctx, { statement, context }, async (session, target, prepare) => {
      const read = await prepare(`select * from ${statement.source}`, new Map())
      await session.run(`copy (${read.sql}) to ${quoteText(scratch)} (format parquet)`)
      const view = { key: sourceName, sql: `select * from read_parquet(${quoteText(scratch)})` }
      const source = await describeQuery(session, view.sql)
      const withSource: RunQuery = (sql, substitutes) =>
        prepare(sql, new Map([...substitutes, [sourceName, view]]))
      return planMergeInto(session, { statement, target, source, prepare: withSource })
    })
  } finally {
    await rm(scratch, { force: true })
  }
}

interface MergeIntoInput {
  readonly statement: Merge
  readonly target: RewriteTarget
  readonly source: Snapshot['schema']
  readonly prepare: RunQuery
}

async function planMergeInto(session: Session, input: MergeIntoInput): Promise<Change> {
  const { statement, target } = input
  const queries = mergeQueries(statement, target.snapshot.schema, input.source)
  const whole = targetView(target, listFiles(target.snapshot))
  const all = new Map([[targetName, whole]])
  const allView = { ...whole, key: allTargetName }
  const prepare: RunQuery = (sql, substitutes) =>
    input.prepare(sql, new Map([...substitutes, [allTargetName, allView]]))
  const [ambiguous] = await session.rows((await prepare(queries.ambiguous, all)).sql)
  const rows = Number(ambiguous?.[0] ?? 0)
  if (rows > 0) {
    throw tablesErrors.TABLES_STATEMENT_INVALID(
      `${rows} rows of '${target.table}' match several source rows; make the ON condition find one`,
    )
  }
  const [counted] = await session.rows((await prepare(queries.counts, all)).sql)
  const [updated = 0, deleted = 0, inserted = 0] = (counted ?? []).map(Number)
  const counts = { updated, deleted, inserted }
  if (updated + deleted + inserted === 0) return { plan: undefined, counts }
  const plan = await planRewrite(session, {
    target,
    touched: queries.touched,
    rows: queries.rows,
    prepare,
    operation: 'MERGE',
    parameters: { predicate: JSON.stringify([statement.on]) },
    metrics: {
      numTargetRowsUpdated: String(updated),
      numTargetRowsDeleted: String(deleted),
      numTargetRowsInserted: String(inserted),
    },
  })
  return { plan, counts }
}

interface CommitChangeInput {
  readonly statement: Delete | Update | Merge
  readonly context: StatementContext
}

async function commitChange(
  ctx: Ctx,
  { statement, context }: CommitChangeInput,
  planChange: PlanChange,
): Promise<ChangedRows> {
  const { entry, snapshot } = await openForCaller(ctx, statement.table)
  if (snapshot.metadata) assertWritable(entry.name.full, snapshot.protocol, snapshot.metadata)
  const sources: TableSource[] = []
  const attemptId = stagingAttempt(ctx, {})
  let change: Change | undefined
  let version: number | undefined
  if (attemptId === undefined) {
    const compute: ComputedWrite['compute'] = async (base) => {
      change = await planOn(ctx, { entry, context, base, sources }, planChange)
      return change.plan
    }
    version = (await commitWrites(ctx, { entry, writes: [{ compute }] })).version
  } else {
    change = await planOn(ctx, { entry, context, base: snapshot, sources }, planChange)
    if (change.plan) await stageChange(ctx, { entry, attemptId, plan: change.plan })
  }
  await recordReads(ctx, sources)
  const counts = change?.counts ?? { updated: 0, deleted: 0, inserted: 0 }
  return { table: entry.name.full, version, ...counts }
}

interface PlanOnInput {
  readonly entry: CatalogEntry
  readonly context: StatementContext
  readonly base: Snapshot
  readonly sources: TableSource[]
}

async function planOn(ctx: Ctx, input: PlanOnInput, planChange: PlanChange): Promise<Change> {
  const { entry, context, base, sources } = input
  const target: RewriteTarget = {
    table: entry.name.full,
    location: entry.location,
    snapshot: base,
    nowMs: ctx.now().getTime(),
  }
  return roomOf(ctx).engine.session(
    async (session) => {
      const prepare = async (sql: string, substitutes: Substitutes): Promise<{ sql: string }> => {
        const plan = await planTables(ctx, { ...context, sql }, substitutes)
        await createViews(session, plan)
        sources.push(...sourcesOf(plan))
        return plan
      }
      return planChange(session, target, prepare)
    },
    { inner: true },
  )
}
