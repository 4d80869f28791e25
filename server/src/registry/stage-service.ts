import { appendAudit } from '../auth/index.ts'
import { appendEvent, inTransaction, type Ctx } from '../core/index.ts'
import { insertActivity } from './activity-store.ts'
import { registryErrors } from './errors.ts'
import './events.ts'
import { findProtectionRow } from './request-store.ts'
import { ActivityType, Stage, type ModelVersion, type VersionRef } from './types.ts'
import { listRowsInStage } from './version-reads.ts'
import { getVersion, getVersionRow } from './version-service.ts'
import { updateVersionRow, type VersionRow } from './version-store.ts'

export interface TransitionInput extends VersionRef {
  readonly stage: Stage
  /** Archives the other versions in the stage; only for Staging and Production. */
  readonly archiveExisting: boolean
  readonly comment?: string | undefined
}

/** Moves a version to a stage at once; a protected stage is refused, it needs an approved request. */
export async function transitionStage(ctx: Ctx, input: TransitionInput): Promise<ModelVersion> {
  return inTransaction(ctx, async (tx) => {
    const row = await getVersionRow(tx, input)
    const { name, version, stage } = input
    if (row.stage !== stage && (await findProtectionRow(tx.db, name, stage))) {
      throw registryErrors.REGISTRY_STAGE_PROTECTED(name, version, stage)
    }
    await insertActivity(tx, row, {
      type: ActivityType.Applied,
      fromStage: row.stage,
      toStage: stage,
      comment: input.comment ?? '',
    })
    await appendAudit(tx, {
      action: 'registry.stage_changed',
      subject: `model:${name}/${version}`,
      data: { from: row.stage, to: stage, comment: input.comment ?? '' },
    })
    await moveVersion(tx, row, input)
    return getVersion(tx, input)
  })
}

/** The move itself, for those who have made sure that it may happen and written down who decided. */
export async function moveVersion(tx: Ctx, row: VersionRow, input: TransitionInput): Promise<void> {
  const { stage, comment = '' } = input
  if (input.archiveExisting && stage !== Stage.Staging && stage !== Stage.Production) {
    throw registryErrors.REGISTRY_ARCHIVE_NOT_ACTIVE(stage)
  }
  const archived = input.archiveExisting ? await archiveOthers(tx, row, stage) : []
  await updateVersionRow(tx.db, row.id, { stage, updatedAt: tx.now().getTime() })
  await appendEvent(tx, {
    type: 'registry.version_stage_changed',
    subject: `model:${row.name}/${row.version}`,
    payload: {
      name: row.name,
      version: row.version,
      from: row.stage,
      to: stage,
      comment,
      archived,
    },
  })
}

async function archiveOthers(tx: Ctx, row: VersionRow, stage: Stage): Promise<number[]> {
  const others = (await listRowsInStage(tx.db, row.model, stage)).filter(
    (other) => other.id !== row.id,
  )
  const why = `Archived because version ${row.version} moved to ${stage}`
  for (const other of others) {
    await updateVersionRow(tx.db, other.id, {
      stage: Stage.Archived,
      updatedAt: tx.now().getTime(),
    })
    await insertActivity(tx, other, {
      type: ActivityType.System,
      fromStage: stage,
      toStage: Stage.Archived,
      systemComment: why,
    })
    await appendEvent(tx, {
      type: 'registry.version_stage_changed',
      subject: `model:${other.name}/${other.version}`,
      payload: {
        name: other.name,
        version: other.version,
        from: stage,
        to: Stage.Archived,
        comment: why,
        archived: [],
      },
    })
  }
  return others.map((other) => other.version)
}
