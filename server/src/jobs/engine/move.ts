import type { Ctx } from '../../core/index.ts'
import { advance, type Advanced, type Delivery } from './advance.ts'
import { BatchWrites } from './batch-writes.ts'
import { claimRuns, holdEpochs } from './lease-store.ts'
import { loadRuns, type LiveRun } from './live-run.ts'
import { resumeEffects } from './resume.ts'

/** Runs to move, with what is delivered to each. */
export type Batch = ReadonlyMap<number, readonly Delivery[]>

export type Moved = Advanced & { readonly runId: number }

export interface MoveInput {
  readonly owner: string
  /** What this engine knows of the runs that it drives. */
  readonly live: ReadonlyMap<number, LiveRun>
  readonly slots: number
  /** Attempts that this engine already attends to. */
  readonly isAttended: (taskRunId: number) => boolean
}

/** Moves every run of the batch that this engine may drive, in the transaction of `tx`. */
export async function moveRuns(tx: Ctx, batch: Batch, input: MoveInput): Promise<Moved[]> {
  const known = await stillHeld(tx, batch, input.live)
  const taken = await take(tx, batch, { owner: input.owner, known })
  const writes = new BatchWrites()
  const moved: Moved[] = []
  let { slots } = input
  for (const [runId, deliveries] of batch) {
    const live = known.get(runId) ?? taken.get(runId)
    if (!live) continue
    const advanced = await advance(tx, live, { deliveries, slots, batch: writes })
    const effects = known.has(runId) ? [] : await resumed(tx, advanced, input.isAttended)
    slots -= advanced.slotsTaken
    moved.push({ ...advanced, effects: [...advanced.effects, ...effects], runId })
  }
  await writes.flush(tx)
  return moved
}

/** Those that are known and that no other engine has taken meanwhile. */
async function stillHeld(
  tx: Ctx,
  batch: Batch,
  live: MoveInput['live'],
): Promise<ReadonlyMap<number, LiveRun>> {
  const known = [...batch.keys()].filter((runId) => live.has(runId))
  const epochs = await holdEpochs(tx, known)
  return new Map(
    known.flatMap((runId) => {
      const one = live.get(runId)
      return one && epochs.get(runId) === one.epoch ? [[runId, one]] : []
    }),
  )
}

/** The others, claimed and read. What is delivered must not be lost: a run that it is for is waited for. */
async function take(
  tx: Ctx,
  batch: Batch,
  { owner, known }: { readonly owner: string; readonly known: ReadonlyMap<number, LiveRun> },
): Promise<ReadonlyMap<number, LiveRun>> {
  const others = [...batch.keys()].filter((runId) => !known.has(runId))
  const { true: urgent = [], false: rest = [] } = Object.groupBy(others, (runId) =>
    String((batch.get(runId)?.length ?? 0) > 0),
  )
  const claimed = [
    ...(await claimRuns(tx, urgent, { owner, wait: true })).keys(),
    ...(await claimRuns(tx, rest, { owner })).keys(),
  ]
  return loadRuns(tx.db, claimed)
}

/** What must be done again for attempts that were started before this engine had the run. */
async function resumed(
  tx: Ctx,
  advanced: Advanced,
  isAttended: MoveInput['isAttended'],
): Promise<Advanced['effects']> {
  const begun = new Set(
    advanced.effects.flatMap((effect) =>
      effect.kind === 'stop' ? [] : [effect.attempt.taskRunId],
    ),
  )
  return resumeEffects(tx, advanced.live, (id) => isAttended(id) || begun.has(id))
}
