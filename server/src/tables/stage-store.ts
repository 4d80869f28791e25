import type { Selectable } from 'kysely'
import { query, readScript, type Ctx, type Db } from '../core/index.ts'
import type { ChangeWrite, RowsWrite } from './commit-service.ts'
import type { CommitPlan } from './delta/commit.ts'
import type { AddFile } from './delta/actions.ts'
import { parseSchema } from './delta/schema.ts'
import type { TableStageTable } from './tables.ts'

/** Rows of a running attempt, in files that no log knows yet. */
export interface Stage {
  readonly id: string
  readonly attemptId: string
  /** `main.schema.table` */
  readonly table: string
  /** The table's folder. */
  readonly location: string
  readonly write: RowsWrite | ChangeWrite
  readonly rows: number
  /** What the caller names the write, so that sending it again does not stage it again. */
  readonly requestId: string | undefined
  readonly principal: string
  readonly createdAt: Date
}

/** False when the attempt has staged the same request before. */
export async function insertStage(db: Db, stage: Stage): Promise<boolean> {
  const { numInsertedOrUpdatedRows } = await db
    .insertInto('table_stage')
    .values({
      id: stage.id,
      attempt_id: stage.attemptId,
      table_name: stage.table,
      location: stage.location,
      ...toColumns(stage.write),
      rows: stage.rows,
      request_id: stage.requestId ?? null,
      principal: stage.principal,
      created_at: stage.createdAt.getTime(),
    })
    .onConflict((c) => c.columns(['attempt_id', 'request_id']).doNothing())
    .executeTakeFirst()
  return numInsertedOrUpdatedRows === 1n
}

type WriteColumns = Pick<
  TableStageTable,
  | 'mode'
  | 'keys'
  | 'file'
  | 'schema_string'
  | 'partition_columns'
  | 'properties'
  | 'comment'
  | 'change_plan'
>

function toColumns(write: RowsWrite | ChangeWrite): WriteColumns {
  const file = JSON.stringify(write.adds)
  if ('change' in write) {
    return {
      mode: 'change',
      keys: '[]',
      file,
      schema_string: '',
      partition_columns: '[]',
      properties: '{}',
      comment: null,
      change_plan: JSON.stringify(write.change),
    }
  }
  return {
    mode: write.mode,
    keys: JSON.stringify(write.keys),
    file,
    schema_string: JSON.stringify(write.schema),
    partition_columns: JSON.stringify(write.partitionColumns),
    properties: JSON.stringify(write.properties ?? {}),
    comment: write.comment ?? null,
    change_plan: null,
  }
}

export async function deleteStages(db: Db, ids: readonly string[]): Promise<void> {
  if (ids.length > 0) await db.deleteFrom('table_stage').where('id', 'in', ids).execute()
}

export interface StageFilter {
  readonly attemptId?: string
  readonly table?: string
  readonly location?: string
  readonly requestId?: string
}

/** Whether the attempt has staged anything; asked after every task. */
export async function hasStages(ctx: Ctx, attemptId: string): Promise<boolean> {
  const sql = 'select 1 as one from table_stage where attempt_id = ? limit 1'
  return (await readScript(ctx, query(sql, attemptId))).length > 0
}

/** In the order in which they were written. */
export async function listStages(db: Db, filter: StageFilter): Promise<Stage[]> {
  let query = db.selectFrom('table_stage').selectAll().orderBy('id')
  if (filter.attemptId !== undefined) query = query.where('attempt_id', '=', filter.attemptId)
  if (filter.table !== undefined) query = query.where('table_name', '=', filter.table)
  if (filter.location !== undefined) query = query.where('location', '=', filter.location)
  if (filter.requestId !== undefined) query = query.where('request_id', '=', filter.requestId)
  return (await query.execute()).map(toStage)
}

function toStage(row: Selectable<TableStageTable>): Stage {
  return {
    id: row.id,
    attemptId: row.attempt_id,
    table: row.table_name,
    location: row.location,
    write: toWrite(row),
    rows: Number(row.rows),
    requestId: row.request_id ?? undefined,
    principal: row.principal,
    createdAt: new Date(Number(row.created_at)),
  }
}

function toWrite(row: Selectable<TableStageTable>): RowsWrite | ChangeWrite {
  const adds = JSON.parse(row.file) as AddFile[]
  if (row.mode === 'change') {
    return { adds, change: JSON.parse(row.change_plan ?? '{}') as CommitPlan }
  }
  return {
    mode: row.mode,
    keys: JSON.parse(row.keys) as string[],
    adds,
    schema: parseSchema(row.schema_string),
    partitionColumns: JSON.parse(row.partition_columns) as string[],
    properties: JSON.parse(row.properties) as Record<string, string>,
    ...(row.comment === null ? {} : { comment: row.comment }),
  }
}
