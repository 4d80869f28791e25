import type { Selectable } from 'kysely'
import type { Db } from '../core/index.ts'
import type { AddFile } from './delta/actions.ts'
import { parseSchema, type StructType } from './delta/schema.ts'
import type { TableStageTable } from './tables.ts'
import type { WriteMode } from './types.ts'

/** Rows of a running attempt, in a file that no log knows yet. */
export interface Stage {
  readonly id: string
  readonly attemptId: string
  /** `main.schema.table` */
  readonly table: string
  readonly mode: WriteMode
  readonly keys: readonly string[]
  /** The table's folder. */
  readonly location: string
  readonly add: AddFile
  readonly schema: StructType
  readonly properties: Readonly<Record<string, string>>
  readonly rows: number
  /** What the caller names the write, so that sending it again does not stage it again. */
  readonly requestId: string | undefined
  readonly principal: string
  readonly createdAt: Date
}

export async function insertStage(db: Db, stage: Stage): Promise<void> {
  await db
    .insertInto('table_stage')
    .values({
      id: stage.id,
      attempt_id: stage.attemptId,
      table_name: stage.table,
      mode: stage.mode,
      keys: JSON.stringify(stage.keys),
      location: stage.location,
      file: JSON.stringify(stage.add),
      schema_string: JSON.stringify(stage.schema),
      properties: JSON.stringify(stage.properties),
      rows: stage.rows,
      request_id: stage.requestId ?? null,
      principal: stage.principal,
      created_at: stage.createdAt.getTime(),
    })
    .execute()
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
    mode: row.mode,
    keys: JSON.parse(row.keys) as string[],
    location: row.location,
    add: JSON.parse(row.file) as AddFile,
    schema: parseSchema(row.schema_string),
    properties: JSON.parse(row.properties) as Record<string, string>,
    rows: Number(row.rows),
    requestId: row.request_id ?? undefined,
    principal: row.principal,
    createdAt: new Date(Number(row.created_at)),
  }
}
