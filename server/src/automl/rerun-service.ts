import { newId, type Ctx } from '../core/index.ts'
import { createRun } from '../tracking/index.ts'
import { attemptPrincipal, failureOf, runNotebook } from './notebook-attempt.ts'
import { getTrial } from './trial-service.ts'

export interface Rerun {
  /** The new MLflow run, tagged with the one that it repeats. */
  readonly runId: string
  /** Why the notebook did not come to its end. */
  readonly failure: string | undefined
}

/** Executes a trial's notebook again: same code, environment, data file and seed, in a new run. */
export async function rerunTrial(ctx: Ctx, input: { readonly runId: string }): Promise<Rerun> {
  const { trial, search, notebook, environment } = await getTrial(ctx, input)
  const attemptId = `replay-${newId()}`
  const principal = { ...attemptPrincipal(search, attemptId), name: ctx.principal.name }
  const run = await createRun(
    { ...ctx, principal },
    {
      experimentId: search.experimentId,
      name: `replay of trial ${trial.number}`,
      userId: ctx.principal.name,
      tags: [{ key: 'millrace.replay_of', value: input.runId }],
    },
  )
  const { runId } = run.info
  const attempt = {
    attemptId,
    fileName: attemptId,
    content: notebook,
    environment: environment ?? '',
    runId,
    timeLimitMs: undefined,
  }
  const outcome = await runNotebook(ctx, { search, attempt }, new AbortController().signal)
  return { runId, failure: failureOf(outcome) }
}
