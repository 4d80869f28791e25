import type { Selectable } from 'kysely'
import type { Db } from '../core/index.ts'
import type { ServingScoringTable } from './tables.ts'
import type { ModelRef } from './types.ts'

export interface Scoring {
  readonly id: string
  readonly key: string
  readonly model: ModelRef
  readonly inputTable: string
  readonly inputVersion: number
  readonly outputTable: string
  /** Undefined until the rows are committed. */
  readonly outputVersion: number | undefined
  readonly rows: number
  readonly flavour: string
  readonly attemptId: string | undefined
  readonly requestHash: string
  readonly createdAt: Date
}

export async function insertScoring(db: Db, scoring: Scoring): Promise<void> {
  await db
    .insertInto('serving_scoring')
    .values({
      id: scoring.id,
      key: scoring.key,
      model_name: scoring.model.name,
      model_version: scoring.model.version,
      input_table: scoring.inputTable,
      input_version: scoring.inputVersion,
      output_table: scoring.outputTable,
      output_version: scoring.outputVersion ?? null,
      rows: scoring.rows,
      flavour: scoring.flavour,
      attempt_id: scoring.attemptId ?? null,
      request_hash: scoring.requestHash,
      created_at: scoring.createdAt.getTime(),
    })
    .execute()
}

export async function findScoringByKey(db: Db, key: string): Promise<Scoring | undefined> {
  const row = await db
    .selectFrom('serving_scoring')
    .selectAll()
    .where('key', '=', key)
    .executeTakeFirst()
  return row && toScoring(row)
}

/** Scorings whose rows an attempt has staged and that no commit is known of. */
export async function listOpenScorings(db: Db, outputTable?: string): Promise<Scoring[]> {
  let select = db.selectFrom('serving_scoring').selectAll().where('output_version', 'is', null)
  if (outputTable !== undefined) select = select.where('output_table', '=', outputTable)
  return (await select.orderBy('id').execute()).map(toScoring)
}

export async function updateOutputVersion(db: Db, id: string, version: number): Promise<void> {
  await db
    .updateTable('serving_scoring')
    .set({ output_version: version })
    .where('id', '=', id)
    .execute()
}

function toScoring(row: Selectable<ServingScoringTable>): Scoring {
  return {
    id: row.id,
    key: row.key,
    model: { name: row.model_name, version: row.model_version },
    inputTable: row.input_table,
    inputVersion: Number(row.input_version),
    outputTable: row.output_table,
    outputVersion: row.output_version === null ? undefined : Number(row.output_version),
    rows: Number(row.rows),
    flavour: row.flavour,
    attemptId: row.attempt_id ?? undefined,
    requestHash: row.request_hash,
    createdAt: new Date(Number(row.created_at)),
  }
}
