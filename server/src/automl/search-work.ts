import { setTimeout as delay } from 'node:timers/promises'
import type { Ctx } from '../core/index.ts'
import { exploreData, explorationAttempt } from './exploration.ts'
import { planOf } from './search-plan.ts'
import { openPlanner } from './trial-planner.ts'
import { killAttempt, openTrial, runTrial } from './trial-runner.ts'
import type { NewTrial } from './trial-store.ts'
import { TrialState, type Search, type Trial } from './types.ts'

export interface Attention {
  /** Aborted when the server stops: leave everything as it is. */
  readonly stop: AbortSignal
  /** Resolves when something may have changed from outside, for example a cancellation. */
  readonly changed: () => Promise<void>
}

/** The notebooks of one search that run now. */
export interface Work {
  readonly follow: (trial: NewTrial) => void
  /** Runs the data exploration, unless that was done. */
  readonly explore: () => void
  /** Fills free slots as far as budget and plan allow. */
  readonly startNext: (trials: readonly Trial[]) => Promise<void>
  /** Ends what runs and waits until it has ended. */
  readonly end: () => Promise<void>
  readonly isIdle: () => boolean
  readonly isOutOfTime: () => boolean
  /** Throws what went wrong with the search itself, and when the server stops. */
  readonly untilSomethingHappens: () => Promise<void>
}

export async function openWork(ctx: Ctx, search: Search, attention: Attention): Promise<Work> {
  const plan = await planOf(ctx, search)
  const planner = openPlanner(search.spec, search.task)
  const deadline = deadlineOf(search)
  const running = openRunning()
  const follow = (trial: NewTrial): void => {
    const input = { search, plan, trial, deadline }
    running.add(trial.attemptId, runTrial(ctx, input, attention.stop))
  }
  return {
    follow,
    explore: () => {
      if (search.explorationPath !== undefined) return
      running.add(explorationAttempt(search), exploreData(ctx, { search, plan }, attention.stop))
    },
    startNext: async (trials) => {
      const known = [...trials]
      while (running.size() < search.spec.parallelism && known.length < search.spec.maxTrials) {
        const planned = planner.next(known)
        if (!planned) return
        const trial = await openTrial(ctx, search, planned)
        follow(trial)
        known.push(asRunning(trial))
      }
    },
    end: async () => {
      await Promise.all(running.attempts().map((attemptId) => killAttempt(ctx, attemptId)))
      await running.untilIdle()
    },
    isIdle: () => running.size() === 0,
    isOutOfTime: () => deadline !== undefined && ctx.now() >= deadline,
    untilSomethingHappens: async () => {
      const left = deadline && Math.max(0, deadline.getTime() - ctx.now().getTime())
      await raceWithTimer([running.untilOneEnds(), attention.changed()], left)
      attention.stop.throwIfAborted()
      running.throwIfFailed()
    },
  }
}

function deadlineOf({ spec, startedAt }: Search): Date | undefined {
  if (spec.timeoutMs === undefined || !startedAt) return undefined
  return new Date(startedAt.getTime() + spec.timeoutMs)
}

function asRunning(trial: NewTrial): Trial {
  return {
    ...trial,
    state: TrialState.Running,
    score: undefined,
    metrics: {},
    notebookPath: undefined,
    error: undefined,
    endedAt: undefined,
  }
}

interface Running {
  readonly add: (attemptId: string, work: Promise<void>) => void
  readonly size: () => number
  readonly attempts: () => readonly string[]
  readonly untilOneEnds: () => Promise<void>
  readonly untilIdle: () => Promise<void>
  readonly throwIfFailed: () => void
}

function openRunning(): Running {
  const works = new Map<string, Promise<void>>()
  const failures: unknown[] = []
  return {
    add: (attemptId, work) => {
      const watched = work
        .catch((error: unknown) => void failures.push(error))
        .finally(() => works.delete(attemptId))
      works.set(attemptId, watched)
    },
    size: () => works.size,
    attempts: () => [...works.keys()],
    untilOneEnds: () => Promise.race(works.values()),
    untilIdle: async () => void (await Promise.all(works.values())),
    throwIfFailed: () => {
      if (failures.length > 0) throw failures[0]
    },
  }
}

async function raceWithTimer(
  awaited: readonly Promise<void>[],
  timeoutMs: number | undefined,
): Promise<void> {
  if (timeoutMs === undefined) return Promise.race(awaited)
  const settled = new AbortController()
  const timer = delay(timeoutMs, undefined, { signal: settled.signal }).catch(() => {})
  await Promise.race([...awaited, timer])
  settled.abort()
  await timer
}
