import { inTransaction, type Ctx } from '../core/index.ts'
import { createRun, RunStatus, updateRun } from '../tracking/index.ts'
import { attemptPrincipal, failureOf, runNotebook } from './notebook-attempt.ts'
import { getTrial } from './trial-service.ts'

export interface OpenRerunInput {
  /** The trial's MLflow run. */
  readonly runId: string
  /** Names the process; letters, digits and `-`. */
  readonly attemptId: string
}

/** Creates the MLflow run, tagged with the one that it repeats, and answers its id. */
export async function openRerun(ctx: Ctx, input: OpenRerunInput): Promise<string> {
  const { trial, search } = await getTrial(ctx, input)
  const { name } = ctx.principal
  const principal = { ...attemptPrincipal(search, input.attemptId), name }
  return inTransaction({ ...ctx, principal }, async (tx) => {
    const run = await createRun(tx, {
      experimentId: search.experimentId,
      name: `replay of trial ${trial.number}`,
      userId: name,
      tags: [{ key: 'millrace.replay_of', value: input.runId }],
    })
    return run.info.runId
  })
}

export interface RerunInput extends OpenRerunInput {
  /** What `openRerun` answered. */
  readonly rerunRunId: string
}

/**
 * Executes a trial's notebook again: same code, environment, data file and seed, in another run.
 * Called again it attaches to the process that it began. Answers why the notebook did not come to
 * its end; undefined when it did.
 */
export async function rerunTrial(
  ctx: Ctx,
  input: RerunInput,
  signal: AbortSignal,
): Promise<string | undefined> {
  const { search, notebook, environment = '' } = await getTrial(ctx, input)
  const attempt = {
    attemptId: input.attemptId,
    fileName: input.attemptId,
    content: notebook,
    environment,
    runId: input.rerunRunId,
    timeLimitMs: undefined,
  }
  const failure = failureOf(await runNotebook(ctx, { search, attempt }, signal))
  if (failure !== undefined) {
    const endedAt = ctx.now().getTime()
    await updateRun(ctx, { runId: input.rerunRunId, status: RunStatus.Failed, endedAt })
  }
  return failure
}
