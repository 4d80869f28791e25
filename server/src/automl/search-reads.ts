import type { Ctx } from '../core/index.ts'
import { automlErrors } from './errors.ts'
import { toLoss } from './metrics.ts'
import { findSearch, listSearchPage, type SearchPage } from './search-store.ts'
import { listTrials } from './trial-store.ts'
import { SearchState, TrialState, type Search, type Trial } from './types.ts'

export interface SearchView {
  readonly search: Search
  /** In the order in which they were planned. */
  readonly trials: readonly Trial[]
}

export async function getSearch(ctx: Ctx, id: string): Promise<SearchView> {
  const search = await findSearch(ctx.db, id)
  if (!search) throw automlErrors.AUTOML_SEARCH_NOT_FOUND(id)
  return { search, trials: await listTrials(ctx.db, id) }
}

export async function listSearches(ctx: Ctx, page: SearchPage): Promise<Search[]> {
  return listSearchPage(ctx.db, page)
}

export function hasEnded({ state }: Search): boolean {
  switch (state) {
    case SearchState.Finished:
    case SearchState.Failed:
    case SearchState.Cancelled:
      return true
    case SearchState.Preparing:
    case SearchState.Running:
    case SearchState.Cancelling:
      return false
  }
}

/** Trials with a score, best first; equal scores keep the order in which they were planned. */
export function rankTrials({ spec }: Search, trials: readonly Trial[]): readonly Trial[] {
  const loss = ({ score }: Trial): number => toLoss(spec.metric, score ?? Number.NaN)
  return trials
    .filter(({ state, score }) => state === TrialState.Finished && score !== undefined)
    .sort((a, b) => loss(a) - loss(b) || a.number - b.number)
}
