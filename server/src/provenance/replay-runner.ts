import { getTrial, rerunTrial } from '../automl/index.ts'
import { AppError, inTransaction, type Ctx } from '../core/index.ts'
import { getRun } from '../tracking/index.ts'
import { compareRuns } from './comparison.ts'
import { attemptOf, getReplay } from './replay-service.ts'
import { endReplay, type Outcome } from './replay-store.ts'
import { ReplayState, type Replay } from './types.ts'

/** Trains again, or attaches to the training, compares, and records what came of it. */
export async function conductReplay(ctx: Ctx, id: string, signal: AbortSignal): Promise<void> {
  const replay = await getReplay(ctx, id)
  if (replay.state !== ReplayState.Running) return
  const outcome = await replayOutcome(ctx, replay, signal)
  // A server that stops has found nothing out; the next one goes on.
  if (!outcome) return
  await inTransaction(ctx, (tx) => endReplay(tx.db, id, { ...outcome, endedAt: tx.now() }))
}

type Found = Omit<Outcome, 'endedAt'>

async function replayOutcome(
  ctx: Ctx,
  replay: Replay,
  signal: AbortSignal,
): Promise<Found | undefined> {
  try {
    return await trainAndCompare(ctx, replay, signal)
  } catch (error) {
    if (signal.aborted) return undefined
    if (!(error instanceof AppError)) throw error
    return failed(error.message)
  }
}

async function trainAndCompare(ctx: Ctx, replay: Replay, signal: AbortSignal): Promise<Found> {
  const { originalRun, replayRun } = replay
  const as = { ...ctx, principal: { ...ctx.principal, name: replay.principal } }
  const input = { runId: originalRun, rerunRunId: replayRun, attemptId: attemptOf(replay.id) }
  const failure = await rerunTrial(as, input, signal)
  if (failure !== undefined) return failed(failure)
  const { search, dataArtifact, environment = '' } = await getTrial(ctx, { runId: originalRun })
  const { differences, compared } = await compareRuns(
    ctx,
    { original: await getRun(ctx, originalRun), replayed: await getRun(ctx, replayRun) },
    { rows: { runId: search.runId, artifact: dataArtifact }, environment, signal },
  )
  const state = differences.length === 0 ? ReplayState.Identical : ReplayState.Different
  return { state, differences, compared, message: undefined }
}

function failed(message: string): Found {
  return { state: ReplayState.Failed, differences: [], compared: undefined, message }
}
