/** Copy-on-write: files that hold changed rows are written anew without or with the changes. */
import { removeOf, type AddFile } from '../delta/actions.ts'
import { listFiles, type Snapshot } from '../delta/snapshot.ts'
import { deleteDataFiles, writeDataFiles } from '../duck/data-file.ts'
import type { Session } from '../duck/engine.ts'
import { scanSql } from '../duck/scan.ts'
import type { ResolvedView } from '../sql/query-plan.ts'
import { rowsOf } from './append.ts'
import { assertConstraints } from './constraints.ts'
import type { PlanWithFiles } from './merge.ts'

/** The name that a statement's target has while its queries are planned. */
export const targetName = '__target'

/** The target with all its files, where `__target` is only some of them. */
export const allTargetName = '__target_all'

/** The name of a merge's source, read once into a file. */
export const sourceName = '__source'

export interface RewriteTarget {
  readonly table: string
  readonly location: string
  readonly snapshot: Snapshot
  readonly nowMs: number
}

/** Runs a query on tables in which `__target` stands for the rows of some files. */
export type RunQuery = (
  sql: string,
  substitutes: ReadonlyMap<string, ResolvedView>,
) => Promise<{ sql: string }>

/** The target's rows with `__file` (index into `files`) and `__row` beside them. */
export function targetView(target: RewriteTarget, files: readonly AddFile[]): ResolvedView {
  const { location, snapshot } = target
  return { key: targetName, sql: scanSql({ location, snapshot, files, positions: true }) }
}

export interface RewriteInput {
  readonly target: RewriteTarget
  /** Answers the `__file` of every file that holds rows to change. */
  readonly touched: string
  /** Answers the rows that take the place of the touched files' rows, in the table's columns. */
  readonly rows: string
  readonly prepare: RunQuery
  readonly operation: string
  readonly parameters: Readonly<Record<string, string>>
  readonly metrics: Readonly<Record<string, string>>
}

/** Plans the replacement of the touched files; undefined when there is nothing to change. */
export async function planRewrite(
  session: Session,
  input: RewriteInput,
): Promise<PlanWithFiles | undefined> {
  const { target, prepare } = input
  const { snapshot, location, nowMs, table } = target
  const files = listFiles(snapshot)
  const find = await prepare(input.touched, new Map([[targetName, targetView(target, files)]]))
  const found = await session.rows(find.sql)
  const touched = found.map(([i]) => files[Number(i)]).filter((file) => file !== undefined)
  const view = targetView(target, touched)
  const query = (await prepare(input.rows, new Map([[targetName, view]]))).sql
  const written = {
    location,
    schema: snapshot.schema,
    partitionColumns: snapshot.metadata?.partitionColumns ?? [],
  }
  const made = await writeDataFiles(session, { ...written, query, nowMs })
  if (touched.length === 0 && made.length === 0) return undefined
  if (snapshot.metadata) {
    const checked = { ...written, adds: made, table, metadata: snapshot.metadata }
    await assertConstraints(session, checked).catch(async (error: unknown) => {
      await deleteDataFiles(location, made)
      throw error
    })
  }
  return {
    made,
    plan: {
      actions: [
        ...touched.map((file) => ({ remove: removeOf(file, nowMs) })),
        ...made.map((add) => ({ add })),
      ],
      operation: input.operation,
      parameters: input.parameters,
      metrics: {
        ...input.metrics,
        numRemovedFiles: String(touched.length),
        numAddedFiles: String(made.length),
        numOutputRows: String(rowsOf(made)),
      },
    },
  }
}
