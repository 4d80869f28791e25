import { once } from 'node:events'
import { AppError, type Ctx } from '../../core/index.ts'
import { succeeded } from '../engine/ends.ts'
import { findOutput } from '../run-reads.ts'
import { findTaskRun } from '../task-run-store.ts'
import type { Attempt, Outcome, TaskType } from '../tasks/contract.ts'
import { Result } from '../types.ts'
import { decideCache, keepForLater } from './cache-service.ts'
import type { CacheDecision } from './types.ts'

type WorkType = Extract<TaskType, { readonly how: 'work' }>

/** The task type, where an earlier result stands for an attempt whose task asks for that. */
export function cached(type: TaskType): TaskType {
  if (type.how !== 'work') return type
  return {
    how: 'work',
    run: (ctx, attempt, signals) =>
      asksForCache(attempt)
        ? runCached(type, ctx, { attempt, signals })
        : type.run(ctx, attempt, signals),
  }
}

function asksForCache({ task: { cache } }: Attempt): boolean {
  return cache !== undefined && cache.enabled !== false
}

async function runCached(
  type: WorkType,
  ctx: Ctx,
  of: { readonly attempt: Attempt; readonly signals: Parameters<WorkType['run']>[2] },
): Promise<Outcome> {
  const { attempt, signals } = of
  await signals.committed
  const decision = await Promise.race([decideIfSound(ctx, attempt), stopped(signals.stop)])
  if (decision?.hit && !signals.stop.aborted) return hitOutcome(ctx, attempt, decision)
  const outcome = await type.run(ctx, attempt, signals)
  if (decision && outcome.end.result === Result.Success) await keepForLater(ctx, attempt)
  return outcome
}

/** Undefined when the task cannot run as it is, which running it will say. */
async function decideIfSound(ctx: Ctx, attempt: Attempt): Promise<CacheDecision | undefined> {
  try {
    return await decideCache(ctx, attempt)
  } catch (error) {
    if (error instanceof AppError && error.status < 500) return undefined
    throw error
  }
}

async function stopped(stop: AbortSignal): Promise<undefined> {
  if (!stop.aborted) await once(stop, 'abort')
  return undefined
}

async function hitOutcome(ctx: Ctx, attempt: Attempt, decision: CacheDecision): Promise<Outcome> {
  const source = decision.taskRunId ?? 0
  const { output } = await findOutput(ctx.db, source)
  const environment = (await findTaskRun(ctx.db, source))?.environment
  return {
    end: succeeded(decision.reason),
    output,
    ...(environment === undefined ? {} : { environment }),
    edges: [{ kind: 'REUSED', from: `attempt:${attempt.attemptId}`, to: `attempt:${source}` }],
  }
}
