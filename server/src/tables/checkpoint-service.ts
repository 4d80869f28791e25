import type { Ctx } from '../core/index.ts'
import type { DeltaLog } from './delta/delta-log.ts'
import { listWriterFeatures } from './delta/protocol.ts'
import type { Snapshot } from './delta/snapshot.ts'
import { writeCheckpoint } from './duck/checkpoint-file.ts'
import { roomOf } from './room.ts'

const defaultInterval = 100
const tombstoneRetentionMs = 7 * 86_400_000

export interface CheckpointInput {
  readonly log: DeltaLog
  readonly snapshot: Snapshot
  /** The version just committed; nothing is due when none was. */
  readonly version: number | undefined
}

/** Writes a checkpoint behind the answer when one is due. A failure is logged: the log itself is whole. */
export function scheduleCheckpoint(ctx: Ctx, input: CheckpointInput): void {
  const { snapshot, version } = input
  if (!version || version !== snapshot.version) return
  const interval = Number(snapshot.metadata?.configuration['delta.checkpointInterval'])
  if (version % (interval > 0 ? interval : defaultInterval) !== 0) return
  if (listWriterFeatures(snapshot.protocol).includes('v2Checkpoint')) return
  const { engine, pending } = roomOf(ctx)
  const forgetBeforeMs = ctx.now().getTime() - tombstoneRetentionMs
  const work = writeCheckpoint(engine, input, { forgetBeforeMs })
    .catch((error: unknown) => {
      ctx.log.warn({ err: error, location: input.log.location }, 'checkpoint not written')
    })
    .finally(() => pending.delete(work))
  pending.add(work)
}
