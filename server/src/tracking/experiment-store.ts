import type { Selectable } from 'kysely'
import type { Db } from '../core/index.ts'
import type { TrackingExperimentTable } from './tables.ts'
import { LifecycleStage, type Experiment, type KeyValue } from './types.ts'

export interface NewExperiment {
  readonly name: string
  readonly artifactLocation: string | undefined
  readonly createdAt: number
}

/** The experiment's number, or nothing when the name is taken. Without a location it follows from the number. */
export async function insertExperiment(
  db: Db,
  experiment: NewExperiment,
): Promise<number | undefined> {
  const inserted = await db
    .insertInto('tracking_experiment')
    .values({
      name: experiment.name,
      artifact_location: experiment.artifactLocation ?? '',
      lifecycle_stage: LifecycleStage.Active,
      created_at: experiment.createdAt,
      updated_at: experiment.createdAt,
    })
    .onConflict((c) => c.column('name').doNothing())
    .returning('id')
    .executeTakeFirst()
  if (!inserted) return undefined
  const { id } = inserted
  if (experiment.artifactLocation === undefined) {
    await db
      .updateTable('tracking_experiment')
      .set({ artifact_location: `mlflow-artifacts:/${id}` })
      .where('id', '=', id)
      .execute()
  }
  return id
}

export async function upsertExperimentTag(db: Db, id: number, tag: KeyValue): Promise<void> {
  await db
    .insertInto('tracking_experiment_tag')
    .values({ experiment: id, ...tag })
    .onConflict((c) => c.columns(['experiment', 'key']).doUpdateSet({ value: tag.value }))
    .execute()
}

/** Whether there was such a tag. */
export async function deleteExperimentTag(db: Db, id: number, key: string): Promise<boolean> {
  const gone = await db
    .deleteFrom('tracking_experiment_tag')
    .where('experiment', '=', id)
    .where('key', '=', key)
    .returning('key')
    .executeTakeFirst()
  return gone !== undefined
}

export async function updateExperiment(
  db: Db,
  id: number,
  changes: { readonly name?: string; readonly stage?: LifecycleStage; readonly updatedAt: number },
): Promise<void> {
  await db
    .updateTable('tracking_experiment')
    .set({
      updated_at: changes.updatedAt,
      ...(changes.name === undefined ? {} : { name: changes.name }),
      ...(changes.stage === undefined ? {} : { lifecycle_stage: changes.stage }),
    })
    .where('id', '=', id)
    .execute()
}

export async function findExperiment(db: Db, id: number): Promise<Experiment | undefined> {
  const row = await db
    .selectFrom('tracking_experiment')
    .selectAll()
    .where('id', '=', id)
    .executeTakeFirst()
  return row && (await withTags(db, [row]))[0]
}

export async function findExperimentByName(db: Db, name: string): Promise<Experiment | undefined> {
  const row = await db
    .selectFrom('tracking_experiment')
    .selectAll()
    .where('name', '=', name)
    .executeTakeFirst()
  return row && (await withTags(db, [row]))[0]
}

/** Experiments of rows, each with its tags. */
export async function withTags(
  db: Db,
  rows: readonly Selectable<TrackingExperimentTable>[],
): Promise<Experiment[]> {
  if (rows.length === 0) return []
  const ids = rows.map((row) => row.id)
  const tags = await db
    .selectFrom('tracking_experiment_tag')
    .selectAll()
    .where('experiment', 'in', ids)
    .orderBy('key')
    .execute()
  const byExperiment = Map.groupBy(tags, (tag) => tag.experiment)
  return rows.map((row) => toExperiment(row, byExperiment.get(row.id) ?? []))
}

function toExperiment(
  row: Selectable<TrackingExperimentTable>,
  tags: readonly KeyValue[],
): Experiment {
  return {
    experimentId: String(row.id),
    name: row.name,
    artifactLocation: row.artifact_location,
    lifecycleStage: row.lifecycle_stage,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    tags: tags.map(({ key, value }) => ({ key, value })),
  }
}
