import { appendEvent, inTransaction, type Ctx } from '../core/index.ts'
import {
  deleteCommentRow,
  findComment,
  insertActivity,
  listActivities as listRows,
  updateComment,
} from './activity-store.ts'
import { registryErrors } from './errors.ts'
import './events.ts'
import { ActivityType, type Activity, type VersionRef } from './types.ts'
import { getVersionRow } from './version-service.ts'

const longest = 65_535

/** Says something about a version. */
export async function createComment(ctx: Ctx, ref: VersionRef, comment: string): Promise<Activity> {
  checkText(comment)
  return inTransaction(ctx, async (tx) => {
    const row = await getVersionRow(tx, ref)
    const activity = await insertActivity(tx, row, { type: ActivityType.Comment, comment })
    await appendEvent(tx, {
      type: 'registry.comment_created',
      subject: `model:${ref.name}/${ref.version}`,
      payload: { name: ref.name, version: ref.version, comment },
    })
    return activity
  })
}

/** Only the author, or an owner, changes a comment. */
export async function editComment(ctx: Ctx, id: string, comment: string): Promise<Activity> {
  checkText(comment)
  return inTransaction(ctx, async (tx) => {
    const found = await getOwnComment(tx, id)
    const updatedAt = tx.now().getTime()
    await updateComment(tx.db, id, { comment, updatedAt })
    return { ...found, comment, updatedAt }
  })
}

export async function deleteComment(ctx: Ctx, id: string): Promise<void> {
  await inTransaction(ctx, async (tx) => {
    await getOwnComment(tx, id)
    await deleteCommentRow(tx.db, id)
  })
}

/** Everything that happened to a version, oldest first. */
export async function listActivities(
  ctx: Ctx,
  ref: VersionRef,
  type?: ActivityType,
): Promise<Activity[]> {
  return listRows(ctx.db, await getVersionRow(ctx, ref), type)
}

async function getOwnComment(tx: Ctx, id: string): Promise<Activity> {
  const found = await findComment(tx.db, id)
  if (!found) throw registryErrors.REGISTRY_COMMENT_NOT_FOUND(id)
  if (found.userId === tx.principal.name || tx.principal.isOwner) return found
  throw registryErrors.REGISTRY_NOT_YOURS(tx.principal.name, 'comment', found.userId)
}

function checkText(comment: string): void {
  if (comment.trim() === '' || comment.length > longest) {
    throw registryErrors.REGISTRY_INVALID(
      `A comment has 1 to ${longest} characters, this one has ${comment.length}`,
    )
  }
}
