import type { Selectable } from 'kysely'
import type { Db } from '../core/index.ts'
import type { TrackingLoggedModelTable } from './tables.ts'
import { LifecycleStage, type KeyValue, type LoggedModel, type LoggedModelStatus } from './types.ts'

export type NewLoggedModel = Omit<
  LoggedModel,
  'tags' | 'params' | 'metrics' | 'updatedAt' | 'statusMessage'
>

export async function insertLoggedModel(db: Db, model: NewLoggedModel): Promise<number> {
  const { id } = await db
    .insertInto('tracking_logged_model')
    .values({
      model_id: model.modelId,
      experiment: Number(model.experimentId),
      name: model.name,
      artifact_uri: model.artifactUri,
      status: model.status,
      model_type: model.modelType,
      source_run_id: model.sourceRunId,
      status_message: '',
      lifecycle_stage: LifecycleStage.Active,
      created_at: model.createdAt,
      updated_at: model.createdAt,
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  return id
}

export async function updateLoggedModel(
  db: Db,
  id: number,
  changes: {
    readonly status?: LoggedModelStatus
    readonly stage?: LifecycleStage
    readonly updatedAt: number
  },
): Promise<void> {
  await db
    .updateTable('tracking_logged_model')
    .set({
      updated_at: changes.updatedAt,
      ...(changes.status === undefined ? {} : { status: changes.status }),
      ...(changes.stage === undefined ? {} : { lifecycle_stage: changes.stage }),
    })
    .where('id', '=', id)
    .execute()
}

export async function upsertModelTags(
  db: Db,
  id: number,
  tags: readonly KeyValue[],
): Promise<void> {
  for (const tag of tags) {
    await db
      .insertInto('tracking_logged_model_tag')
      .values({ model: id, ...tag })
      .onConflict((c) => c.columns(['model', 'key']).doUpdateSet({ value: tag.value }))
      .execute()
  }
}

/** Whether there was such a tag. */
export async function deleteModelTag(db: Db, id: number, key: string): Promise<boolean> {
  const gone = await db
    .deleteFrom('tracking_logged_model_tag')
    .where('model', '=', id)
    .where('key', '=', key)
    .returning('key')
    .executeTakeFirst()
  return gone !== undefined
}

export async function insertModelParams(
  db: Db,
  id: number,
  params: readonly KeyValue[],
): Promise<void> {
  for (const param of params) {
    await db
      .insertInto('tracking_logged_model_param')
      .values({ model: id, ...param })
      .onConflict((c) => c.columns(['model', 'key']).doNothing())
      .execute()
  }
}

export type LoggedModelRow = Selectable<TrackingLoggedModelTable>

export async function findLoggedModelRow(
  db: Db,
  modelId: string,
): Promise<LoggedModelRow | undefined> {
  return db
    .selectFrom('tracking_logged_model')
    .selectAll()
    .where('model_id', '=', modelId)
    .where('lifecycle_stage', '=', LifecycleStage.Active)
    .executeTakeFirst()
}
