import { createHash } from 'node:crypto'
import { kill } from '../compute/index.ts'
import { appendEvent, inTransaction, recordEdge, type Ctx } from '../core/index.ts'
import {
  createRun,
  getRun,
  joinUri,
  RunStatus,
  updateRun,
  writeArtifact,
} from '../tracking/index.ts'
import './events.ts'
import { findLearner } from './learners/all.ts'
import { metricKey, metricNames } from './metrics.ts'
import {
  attemptPrincipal,
  failureOf,
  publishNotebook,
  runNotebook,
  type NotebookOutcome,
} from './notebook-attempt.ts'
import type { SearchPlan } from './notebooks/plan.ts'
import {
  trialFileName,
  trialNotebook,
  trialTitle,
  type TrialPlan,
} from './notebooks/trial-notebook.ts'
import type { PlannedTrial } from './trial-planner.ts'
import { endTrial, insertTrial, type NewTrial, type TrialOutcome } from './trial-store.ts'
import { TrialState, type Search } from './types.ts'

const killGraceMs = 2_000

/** Creates the trial, its MLflow run and what links them to the data. It does not run yet. */
export async function openTrial(
  ctx: Ctx,
  search: Search,
  planned: PlannedTrial,
): Promise<NewTrial> {
  const attemptId = `automl-${search.id}-${String(planned.number).padStart(3, '0')}`
  const run = await createRun(
    { ...ctx, principal: attemptPrincipal(search, attemptId) },
    {
      experimentId: search.experimentId,
      name: trialTitle(planned),
      userId: search.principal.name,
      tags: [
        { key: 'mlflow.parentRunId', value: search.runId },
        { key: 'millrace.search_id', value: search.id },
        { key: 'millrace.trial', value: String(planned.number) },
        { key: 'millrace.learner', value: planned.learner.name },
      ],
    },
  )
  const trial: NewTrial = {
    searchId: search.id,
    number: planned.number,
    learner: planned.learner.name,
    point: planned.point,
    runId: run.info.runId,
    attemptId,
    startedAt: ctx.now(),
  }
  const { table, version } = search.data
  await inTransaction(ctx, async (tx) => {
    await insertTrial(tx.db, trial)
    await recordEdge(tx, {
      kind: 'PART_OF',
      from: `run:${trial.runId}`,
      to: `search:${search.id}`,
      data: { trial: trial.number },
    })
    await recordEdge(tx, {
      kind: 'READ',
      from: `attempt:${attemptId}`,
      to: `table:${table}@${version}`,
    })
  })
  return trial
}

export interface TrialRun {
  readonly search: Search
  readonly plan: SearchPlan
  readonly trial: NewTrial
  /** When the search's time is up. */
  readonly deadline: Date | undefined
}

/** Executes the trial's notebook, or attaches to its execution, and records how it ended. */
export async function runTrial(ctx: Ctx, input: TrialRun, signal: AbortSignal): Promise<void> {
  const { search, trial, deadline } = input
  const notebook = notebookOf(input)
  const left = deadline && Math.max(1_000, deadline.getTime() - trial.startedAt.getTime())
  const attempt = {
    attemptId: trial.attemptId,
    fileName: trialFileName(notebook),
    content: trialNotebook(input.plan, notebook),
    environment: search.environment ?? '',
    runId: trial.runId,
    timeLimitMs: left,
  }
  const outcome = await runNotebook(ctx, { search, attempt }, signal)
  const published = await publish(ctx, input, { fileName: attempt.fileName, outcome })
  await settle(ctx, input, { ...(await judge(ctx, input, outcome)), ...published })
}

function notebookOf({ trial }: TrialRun): TrialPlan {
  const learner = findLearner(trial.learner)
  if (!learner) throw new Error(`Trial ${trial.number} is of an unknown learner ${trial.learner}`)
  return { number: trial.number, learner, point: trial.point }
}

interface Published {
  readonly notebookPath: string | undefined
  readonly notebookHash: string | undefined
}

async function publish(
  ctx: Ctx,
  { search, trial }: TrialRun,
  { fileName, outcome }: { readonly fileName: string; readonly outcome: NotebookOutcome },
): Promise<Published> {
  const { executed } = outcome
  if (!executed) return { notebookPath: undefined, notebookHash: undefined }
  const notebookPath = await publishNotebook(ctx, search, { fileName, executed })
  const run = await getRun(ctx, trial.runId)
  await writeArtifact(ctx, joinUri(run.info.artifactUri, `${fileName}.ipynb`), executed)
  return { notebookPath, notebookHash: createHash('sha256').update(executed).digest('hex') }
}

type Judgement = Pick<TrialOutcome, 'state' | 'score' | 'metrics' | 'error'>

async function judge(
  ctx: Ctx,
  { search, trial, deadline }: TrialRun,
  outcome: NotebookOutcome,
): Promise<Judgement> {
  const error = failureOf(outcome)
  if (error !== undefined) {
    const outOfTime = deadline !== undefined && ctx.now() >= deadline
    const wasEnded =
      outcome.exit.reason === 'killed' || (outcome.exit.reason === 'wall' && outOfTime)
    const state = wasEnded ? TrialState.Cancelled : TrialState.Failed
    return { state, score: undefined, metrics: {}, error }
  }
  const run = await getRun(ctx, trial.runId)
  const values = new Map(run.metrics.map(({ key, value }) => [key, value]))
  const metrics = Object.fromEntries(
    metricNames.flatMap((name) => {
      const value = values.get(metricKey(name))
      return value === undefined ? [] : [[name, value]]
    }),
  )
  const score = metrics[search.spec.metric]
  if (score !== undefined && Number.isFinite(score)) {
    return { state: TrialState.Finished, score, metrics, error: undefined }
  }
  const problem = `Its notebook logged no usable ${metricKey(search.spec.metric)}`
  return { state: TrialState.Failed, score: undefined, metrics, error: problem }
}

async function settle(
  ctx: Ctx,
  { search, trial }: TrialRun,
  outcome: Judgement & Published,
): Promise<void> {
  if (outcome.state !== TrialState.Finished) {
    const status = outcome.state === TrialState.Failed ? RunStatus.Failed : RunStatus.Killed
    await updateRun(ctx, { runId: trial.runId, status, endedAt: ctx.now().getTime() })
  }
  await inTransaction(ctx, async (tx) => {
    const ended = await endTrial(tx.db, trial, { ...outcome, endedAt: tx.now() })
    if (!ended) return
    if (outcome.notebookPath !== undefined) {
      await recordEdge(tx, {
        kind: 'USED_CODE',
        from: `attempt:${trial.attemptId}`,
        to: `file:${outcome.notebookPath}@${outcome.notebookHash}`,
      })
    }
    await appendEvent(tx, {
      type: 'automl.trial_finished',
      subject: `run:${trial.runId}`,
      payload: {
        search_id: search.id,
        trial: trial.number,
        run_id: trial.runId,
        score: outcome.score ?? null,
      },
    })
  })
}

export async function killAttempt(ctx: Ctx, attemptId: string): Promise<void> {
  await kill(ctx, attemptId, { graceMs: killGraceMs })
}
