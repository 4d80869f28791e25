import type { Selectable } from 'kysely'
import { newId, type Ctx, type Db } from '../core/index.ts'
import type { RegistryActivityTable } from './tables.ts'
import { ActivityType, type Activity, type VersionRef } from './types.ts'
import type { VersionRow } from './version-store.ts'

export interface NewActivity {
  readonly type: ActivityType
  readonly fromStage?: string
  readonly toStage?: string
  readonly comment?: string
  readonly systemComment?: string
}

/** Writes down what the caller did to a version. */
export async function insertActivity(
  tx: Ctx,
  version: VersionRow,
  activity: NewActivity,
): Promise<Activity> {
  const now = tx.now().getTime()
  const row = await tx.db
    .insertInto('registry_activity')
    .values({
      id: newId(now),
      version: version.id,
      type: activity.type,
      user_id: tx.principal.name,
      from_stage: activity.fromStage ?? '',
      to_stage: activity.toStage ?? '',
      comment: activity.comment ?? '',
      system_comment: activity.systemComment ?? '',
      created_at: now,
      updated_at: now,
    })
    .returningAll()
    .executeTakeFirstOrThrow()
  return toActivity(row, version)
}

/** What happened to a version, oldest first; comments among it. */
export async function listActivities(
  db: Db,
  version: VersionRow,
  type?: ActivityType,
): Promise<Activity[]> {
  let query = db
    .selectFrom('registry_activity')
    .selectAll()
    .where('version', '=', version.id)
    .orderBy('id')
  if (type !== undefined) query = query.where('type', '=', type)
  return (await query.execute()).map((row) => toActivity(row, version))
}

export async function findComment(db: Db, id: string): Promise<Activity | undefined> {
  const row = await db
    .selectFrom('registry_activity as a')
    .innerJoin('registry_version as v', 'v.id', 'a.version')
    .innerJoin('registry_model as m', 'm.id', 'v.model')
    .selectAll('a')
    .select(['m.name', 'v.version as number'])
    .where('a.id', '=', id)
    .where('a.type', '=', ActivityType.Comment)
    .executeTakeFirst()
  return row && toActivity(row, { name: row.name, version: row.number })
}

export async function updateComment(
  db: Db,
  id: string,
  change: { readonly comment: string; readonly updatedAt: number },
): Promise<void> {
  await db
    .updateTable('registry_activity')
    .set({ comment: change.comment, updated_at: change.updatedAt })
    .where('id', '=', id)
    .execute()
}

export async function deleteCommentRow(db: Db, id: string): Promise<void> {
  await db.deleteFrom('registry_activity').where('id', '=', id).execute()
}

function toActivity(row: Selectable<RegistryActivityTable>, of: VersionRef): Activity {
  return {
    id: row.id,
    name: of.name,
    version: of.version,
    type: row.type,
    userId: row.user_id,
    fromStage: row.from_stage,
    toStage: row.to_stage,
    comment: row.comment,
    systemComment: row.system_comment,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  }
}
