import { appendEvent, inTransaction, type Ctx } from '../core/index.ts'
import { logBatch, RunStatus, updateRun } from '../tracking/index.ts'
import './events.ts'
import { metricKey } from './metrics.ts'
import { getSearch, hasEnded, rankTrials } from './search-reads.ts'
import { moveSearch } from './search-store.ts'
import { killAttempt } from './trial-runner.ts'
import { endTrial } from './trial-store.ts'
import { SearchState, TrialState, type Search, type Trial } from './types.ts'

export interface SearchEnding {
  readonly to:
    | typeof SearchState.Finished
    | typeof SearchState.Failed
    | typeof SearchState.Cancelled
  /** Why it failed. */
  readonly message?: string
}

const runStatus = {
  [SearchState.Finished]: RunStatus.Finished,
  [SearchState.Failed]: RunStatus.Failed,
  [SearchState.Cancelled]: RunStatus.Killed,
} as const

/** Ends a search: nothing of it runs any more, and its run shows what came out. */
export async function endSearch(ctx: Ctx, searchId: string, ending: SearchEnding): Promise<void> {
  const { search, trials } = await getSearch(ctx, searchId)
  if (hasEnded(search)) return
  for (const trial of trials) {
    if (trial.state === TrialState.Running) await abandonTrial(ctx, trial)
  }
  const best = rankTrials(search, trials)[0]
  await concludeRun(ctx, search, { best, status: runStatus[ending.to] })
  await inTransaction(ctx, async (tx) => {
    const from = [SearchState.Preparing, SearchState.Running, SearchState.Cancelling]
    const moved = await moveSearch(tx.db, searchId, {
      from,
      to: ending.to,
      set: { ended_at: tx.now().getTime(), message: ending.message ?? null },
    })
    if (!moved) return
    await appendEvent(tx, {
      type: 'automl.search_finished',
      subject: `search:${searchId}`,
      payload: { search_id: searchId, best_run_id: best?.runId ?? null },
    })
  })
}

/** A trial that still ran when its search broke. */
async function abandonTrial(ctx: Ctx, trial: Trial): Promise<void> {
  await killAttempt(ctx, trial.attemptId)
  await updateRun(ctx, {
    runId: trial.runId,
    status: RunStatus.Killed,
    endedAt: ctx.now().getTime(),
  })
  await endTrial(ctx.db, trial, {
    state: TrialState.Cancelled,
    score: undefined,
    metrics: {},
    notebookPath: undefined,
    error: 'Its search ended before it did',
    endedAt: ctx.now(),
  })
}

async function concludeRun(
  ctx: Ctx,
  search: Search,
  outcome: { readonly best: Trial | undefined; readonly status: RunStatus },
): Promise<void> {
  const { best, status } = outcome
  const endedAt = ctx.now().getTime()
  if (best?.score !== undefined) {
    await logBatch(ctx, {
      runId: search.runId,
      metrics: [
        { key: metricKey(search.spec.metric), value: best.score, timestamp: endedAt, step: 0 },
      ],
      tags: [
        { key: 'millrace.best_run_id', value: best.runId },
        { key: 'millrace.best_trial', value: String(best.number) },
        { key: 'millrace.best_learner', value: best.learner },
      ],
    })
  }
  await updateRun(ctx, { runId: search.runId, status, endedAt })
}
