import type { GraphTask } from '../task-graph.ts'
import { Result, RunIf } from '../types.ts'
import { notRun } from './ends.ts'
import type { AttemptState, End } from './run-state.ts'

/** How a task before counts for the one that asks. */
export type Upstream = 'succeeded' | 'failed' | 'canceled' | 'excluded' | 'other-branch'

const kindOf: Readonly<Record<Result, Upstream>> = {
  [Result.Success]: 'succeeded',
  [Result.SuccessWithFailures]: 'succeeded',
  [Result.Excluded]: 'excluded',
  [Result.Disabled]: 'excluded',
  [Result.Canceled]: 'canceled',
  [Result.UpstreamCanceled]: 'canceled',
  [Result.Failed]: 'failed',
  [Result.TimedOut]: 'failed',
  [Result.UpstreamFailed]: 'failed',
  [Result.TooManyRuns]: 'failed',
}

/** `outcome` is the branch that the asking task needs, when the task before is a condition. */
export function upstreamOf(attempt: AttemptState, outcome: 'true' | 'false' | undefined): Upstream {
  const kind = attempt.end ? kindOf[attempt.end.result] : 'failed'
  const otherBranch =
    kind === 'succeeded' && outcome !== undefined && attempt.end?.outcome !== outcome
  return otherBranch ? 'other-branch' : kind
}

type Before = readonly Upstream[]

function hasBad(before: Before): boolean {
  return before.includes('failed') || before.includes('canceled')
}

function allGood(before: Before): boolean {
  return !hasBad(before) && !before.includes('other-branch')
}

const isMet: Readonly<Record<RunIf, (before: Before) => boolean>> = {
  [RunIf.AllSuccess]: allGood,
  [RunIf.NoneFailed]: allGood,
  [RunIf.AtLeastOneSuccess]: (before) =>
    before.includes('succeeded') || before.includes('excluded'),
  [RunIf.AllDone]: () => true,
  [RunIf.AtLeastOneFailed]: hasBad,
  [RunIf.AllFailed]: (before) => before.every((kind) => kind === 'failed' || kind === 'canceled'),
}

const asksForFailure: ReadonlySet<RunIf> = new Set([RunIf.AtLeastOneFailed, RunIf.AllFailed])

/**
 * Whether a task runs, given how all tasks before it ended; otherwise how it ends instead.
 *
 * An excluded upstream counts as successful; when all are excluded the task is too, whatever its
 * run_if. A canceled one cancels, except where run_if handles failure. The branch that a condition
 * did not take excludes a task that needs all of its upstreams.
 */
export function decideRunIf(task: GraphTask, before: Before): 'run' | End {
  if (before.length === 0) return 'run'
  if (before.every((kind) => kind === 'excluded' || kind === 'other-branch')) {
    return notRun(Result.Excluded, 'every task before it was excluded')
  }
  if (isMet[task.runIf](before)) return 'run'
  if (asksForFailure.has(task.runIf) || !hasBad(before)) {
    return notRun(Result.Excluded, `the tasks before it did not meet its run_if ${task.runIf}`)
  }
  return before.includes('canceled')
    ? notRun(Result.UpstreamCanceled, 'a task before it was canceled')
    : notRun(Result.UpstreamFailed, 'a task before it failed')
}
