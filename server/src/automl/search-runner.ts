/**
 * Conducts one search:
 *
 *   PREPARING ─(environment built, rows pinned)→ RUNNING ─(budget spent)→ FINISHED
 *       ├─(error)→ FAILED ←─(error)────────────────┤
 *       └──────────(cancelled)→ CANCELLING ←───────┘
 *                                    └─(running notebooks ended)→ CANCELLED
 *
 * What decides the next step is in the database and in the attempts' folders. Whoever conducts a
 * search may vanish at any point; the next one attaches to the notebooks that run.
 */
import type { Ctx } from '../core/index.ts'
import { prepareSearch } from './search-preparation.ts'
import { endSearch } from './search-end.ts'
import { getSearch, hasEnded, rankTrials } from './search-reads.ts'
import { openWork, type Attention, type Work } from './search-work.ts'
import { SearchState, TrialState } from './types.ts'

/** Goes on with a search from wherever it is until it has ended, or the server stops. */
export async function conductSearch(
  ctx: Ctx,
  searchId: string,
  attention: Attention,
): Promise<void> {
  try {
    await conduct(ctx, searchId, attention)
  } catch (error) {
    if (attention.stop.aborted) return
    ctx.log.warn({ err: error, search: searchId }, 'AutoML search failed')
    await endSearch(ctx, searchId, { to: SearchState.Failed, message: (error as Error).message })
  }
}

async function conduct(ctx: Ctx, searchId: string, attention: Attention): Promise<void> {
  const { search } = await getSearch(ctx, searchId)
  if (search.state === SearchState.Preparing) await prepareSearch(ctx, search)
  const prepared = await getSearch(ctx, searchId)
  if (prepared.search.environment === undefined) {
    await endSearch(ctx, searchId, { to: SearchState.Cancelled })
    return
  }
  const work = await openWork(ctx, prepared.search, attention)
  for (const trial of prepared.trials) {
    if (trial.state === TrialState.Running) work.follow(trial)
  }
  work.explore()
  await spendBudget(ctx, searchId, work)
}

async function spendBudget(ctx: Ctx, searchId: string, work: Work): Promise<void> {
  for (;;) {
    const { search, trials } = await getSearch(ctx, searchId)
    if (search.state === SearchState.Cancelling) {
      await work.end()
      await endSearch(ctx, searchId, { to: SearchState.Cancelled })
      return
    }
    if (hasEnded(search)) return
    if (work.isOutOfTime()) await work.end()
    else await work.startNext(trials)
    if (work.isIdle()) break
    await work.untilSomethingHappens()
  }
  const { search, trials } = await getSearch(ctx, searchId)
  const best = rankTrials(search, trials)[0]
  if (best) return endSearch(ctx, searchId, { to: SearchState.Finished })
  const reason = trials.find(({ error }) => error !== undefined)?.error
  const message = `No trial succeeded${reason === undefined ? '' : `; the first one says: ${reason}`}`
  await endSearch(ctx, searchId, { to: SearchState.Failed, message })
}
