import type { Selectable } from 'kysely'
import type { Db } from '../core/index.ts'
import type { ServingStreamTable } from './tables.ts'

export interface Stream {
  readonly name: string
  /** A model URI, looked up again for every commit. */
  readonly model: string
  readonly sourceTable: string
  readonly outputTable: string
  /** Source columns that the output keeps; all when empty. */
  readonly columns: readonly string[]
  /** The last source version that was scored; -1 for none. */
  readonly cursor: number
  readonly isPaused: boolean
  readonly rowsScored: number
  /** Empty while all is well. */
  readonly error: string
  readonly creator: string
  readonly createdAt: Date
  readonly updatedAt: Date
}

export async function insertStream(db: Db, stream: Stream): Promise<void> {
  await db
    .insertInto('serving_stream')
    .values({
      name: stream.name,
      model: stream.model,
      source_table: stream.sourceTable,
      output_table: stream.outputTable,
      columns: JSON.stringify(stream.columns),
      cursor_version: stream.cursor,
      paused: stream.isPaused ? 1 : 0,
      rows_scored: stream.rowsScored,
      error: stream.error,
      creator: stream.creator,
      created_at: stream.createdAt.getTime(),
      updated_at: stream.updatedAt.getTime(),
    })
    .execute()
}

export async function findStream(db: Db, name: string): Promise<Stream | undefined> {
  const row = await db
    .selectFrom('serving_stream')
    .selectAll()
    .where('name', '=', name)
    .executeTakeFirst()
  return row && toStream(row)
}

export async function listStreamRows(db: Db): Promise<Stream[]> {
  const rows = await db.selectFrom('serving_stream').selectAll().orderBy('name').execute()
  return rows.map(toStream)
}

export interface StreamProgress {
  readonly cursor: number
  readonly rows: number
  readonly at: Date
}

export async function updateProgress(
  db: Db,
  stream: Pick<Stream, 'name' | 'createdAt'>,
  progress: StreamProgress,
): Promise<void> {
  await db
    .updateTable('serving_stream')
    .set((eb) => ({
      cursor_version: progress.cursor,
      rows_scored: eb('rows_scored', '+', progress.rows),
      error: '',
      updated_at: progress.at.getTime(),
    }))
    .where('name', '=', stream.name)
    .where('created_at', '=', stream.createdAt.getTime())
    .execute()
}

export async function updateStreamError(db: Db, name: string, error: string): Promise<void> {
  await db.updateTable('serving_stream').set({ error }).where('name', '=', name).execute()
}

export async function updatePaused(db: Db, name: string, isPaused: boolean): Promise<void> {
  await db
    .updateTable('serving_stream')
    .set({ paused: isPaused ? 1 : 0 })
    .where('name', '=', name)
    .execute()
}

export async function deleteStreamRow(db: Db, name: string): Promise<void> {
  await db.deleteFrom('serving_stream').where('name', '=', name).execute()
}

function toStream(row: Selectable<ServingStreamTable>): Stream {
  return {
    name: row.name,
    model: row.model,
    sourceTable: row.source_table,
    outputTable: row.output_table,
    columns: JSON.parse(row.columns) as string[],
    cursor: Number(row.cursor_version),
    isPaused: row.paused === 1,
    rowsScored: Number(row.rows_scored),
    error: row.error,
    creator: row.creator,
    createdAt: new Date(Number(row.created_at)),
    updatedAt: new Date(Number(row.updated_at)),
  }
}
