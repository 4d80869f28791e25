import type { Ctx } from '../../core/index.ts'
import { findOutput } from '../run-reads.ts'
import type { NestedTask } from '../settings-schema.ts'
import type { Attempt } from '../tasks/contract.ts'
import { StopReason, attemptIdOf } from '../types.ts'
import type { Effect } from './advance.ts'
import { tokenFor } from './begin.ts'
import type { LiveRun } from './live-run.ts'
import { allAttempts, takesSlot, type AttemptRef } from './run-state.ts'

/** What an engine that takes a run over must do for attempts that were started before. */
export async function resumeEffects(
  tx: Ctx,
  live: LiveRun,
  /** Attempts that this engine already attends to. */
  isAttended: (taskRunId: number) => boolean,
): Promise<Effect[]> {
  const effects: Effect[] = []
  for (const ref of allAttempts(live.state)) {
    const { phase, id, stopReason } = ref.attempt
    if (phase === 'waiting' && !isAttended(id) && ref.task.kind === 'approval_task') {
      effects.push({ kind: 'check', attempt: await attemptOf(tx, live, ref) })
    }
    if (!takesSlot(ref.task) || (phase !== 'running' && phase !== 'stopping')) continue
    if (!isAttended(id)) {
      const attempt = await attemptOf(tx, live, ref)
      effects.push({
        kind: 'work',
        attempt: { ...attempt, resumed: true, token: await tokenFor(tx, attempt) },
      })
    }
    if (phase === 'stopping') {
      effects.push({ kind: 'stop', taskRunId: id, reason: stopReason ?? StopReason.Canceled })
    }
  }
  return effects
}

async function attemptOf(tx: Ctx, live: LiveRun, ref: AttemptRef): Promise<Attempt> {
  const { resolved } = await findOutput(tx.db, ref.attempt.id)
  if (!resolved) throw new Error(`Attempt ${ref.attempt.id} has lost its resolved task`)
  return {
    taskRunId: ref.attempt.id,
    attemptId: attemptIdOf(ref.attempt.id),
    taskKey: ref.task.key,
    iteration: ref.attempt.iteration,
    task: resolved as NestedTask,
    run: live.run,
    settings: live.settings,
    token: '',
    resumed: false,
  }
}
