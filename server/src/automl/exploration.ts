import { inTransaction, type Ctx } from '../core/index.ts'
import { getRun, joinUri, writeArtifact } from '../tracking/index.ts'
import { failureOf, publishNotebook, runNotebook } from './notebook-attempt.ts'
import { explorationFileName, explorationNotebook } from './notebooks/exploration-notebook.ts'
import type { SearchPlan } from './notebooks/plan.ts'
import { setExplorationPath } from './search-store.ts'
import type { Search } from './types.ts'

export function explorationAttempt({ id }: Search): string {
  return `automl-${id}-exploration`
}

/** Executes the notebook about the data. A search goes on without it when it fails. */
export async function exploreData(
  ctx: Ctx,
  { search, plan }: { readonly search: Search; readonly plan: SearchPlan },
  signal: AbortSignal,
): Promise<void> {
  const attempt = {
    attemptId: explorationAttempt(search),
    fileName: explorationFileName,
    content: explorationNotebook(plan),
    environment: search.environment ?? '',
    runId: undefined,
    timeLimitMs: undefined,
  }
  const outcome = await runNotebook(ctx, { search, attempt }, signal)
  const failure = failureOf(outcome)
  if (failure !== undefined) {
    ctx.log.warn({ search: search.id, failure }, 'AutoML data exploration failed')
  }
  const { executed } = outcome
  if (!executed) return
  const path = await publishNotebook(ctx, search, { fileName: explorationFileName, executed })
  const run = await getRun(ctx, search.runId)
  await writeArtifact(ctx, joinUri(run.info.artifactUri, `${explorationFileName}.ipynb`), executed)
  await inTransaction(ctx, (tx) => setExplorationPath(tx.db, search.id, path))
}
