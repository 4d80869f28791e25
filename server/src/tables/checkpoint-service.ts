import type { Ctx } from '../core/index.ts'
import type { DeltaLog } from './delta/delta-log.ts'
import { listWriterFeatures } from './delta/protocol.ts'
import type { Snapshot } from './delta/snapshot.ts'
import { writeCheckpoint } from './duck/checkpoint-file.ts'
import { roomOf } from './room.ts'

const leastInterval = 100
const mostInterval = 1000
/** Files per commit between checkpoints: each writes all of them, so a bigger table has them less often. */
const filesPerCommit = 20
const tombstoneRetentionMs = 7 * 86_400_000

export interface CheckpointInput {
  readonly log: DeltaLog
  readonly snapshot: Snapshot
  /** The version just committed; nothing is due when none was. */
  readonly version: number | undefined
}

/** Writes a checkpoint behind the answer when one is due. A failure is logged: the log itself is whole. */
export function scheduleCheckpoint(ctx: Ctx, input: CheckpointInput): void {
  const { log, snapshot, version } = input
  if (!version || version !== snapshot.version || !isDue(log, snapshot)) return
  if (listWriterFeatures(snapshot.protocol).includes('v2Checkpoint')) return
  log.checkpointed = version
  const { engine, pending } = roomOf(ctx)
  const forgetBeforeMs = ctx.now().getTime() - tombstoneRetentionMs
  const work = writeCheckpoint(engine, input, { forgetBeforeMs })
    .then(() => log.keepForOpening(snapshot))
    .catch((error: unknown) => {
      ctx.log.warn({ err: error, location: log.location }, 'checkpoint not written')
    })
    .finally(() => pending.delete(work))
  pending.add(work)
}

function isDue(log: DeltaLog, { version, metadata, files }: Snapshot): boolean {
  const asked = Number(metadata?.configuration['delta.checkpointInterval'])
  if (asked > 0) return version % asked === 0
  const interval = Math.min(mostInterval, Math.max(leastInterval, files.size / filesPerCommit))
  return version - log.checkpointed >= interval
}
