/**
 * What happens next in a run, decided purely from its state.
 *
 * An attempt:
 *
 *   blocked ──(all before ended, run_if met)──▶ ready ──(a slot)──▶ running ──▶ ended
 *      │                                          ▲ retrying          │  ▲ waiting (a person,
 *      │ run_if not met, disabled,                │ (not before t)    │  │ another run; no slot)
 *      ▼ run canceled                             │                   ▼  ▼
 *    ended                       ended (failed, tries left)       stopping ──▶ ended
 *                                                                 (canceled or timed out,
 *                                                                  until the process is gone)
 *
 * An ended attempt never changes. A retry is a new attempt, which takes its place as the current one.
 * A for-each attempt is running while its iterations are, each an attempt of its own.
 *
 * A run: QUEUED → PENDING → RUNNING (BLOCKED while it only waits for people) → TERMINATED, or
 * TERMINATING on the way when it is canceled or times out. It ends when every task has ended for good.
 *
 * Whoever calls this writes the changes in one transaction; doing that for the same state again
 * decides the same, so a crash anywhere in between loses nothing.
 */
import type { GraphTask } from '../task-graph.ts'
import { LifeCycle, Result, StopReason } from '../types.ts'
import { Draft, type Plan, type PlanInput } from './draft.ts'
import { canceled, failed, isFailure, notRun, stoppedEnd, succeeded, timedOut } from './ends.ts'
import { decideRunIf, upstreamOf } from './run-if.ts'
import {
  isActive,
  newAttempt,
  takesSlot,
  type AttemptRef,
  type AttemptState,
  type End,
  type Phase,
  type RunState,
} from './run-state.ts'

/** Changes until nothing more follows from the state at this moment. */
export function plan(state: RunState, input: PlanInput): Plan {
  const draft = new Draft(state, input)
  if (isOver(state)) return draft.finish()
  const stop = stopReasonOf(state, input.now)
  for (const index of state.graph.order) {
    const task = state.graph.tasks[index]
    const attempt = draft.tasks[index]
    if (!task || !attempt) continue
    const ref = { task, attempt, parentId: undefined }
    if (stop) stopTask(draft, ref, stop)
    else advanceTask(draft, ref)
  }
  if (state.healthAt !== undefined && input.now >= state.healthAt) draft.runUnhealthy()
  settleRun(draft, stop)
  return draft.finish()
}

/** When the plan must be made again although nothing happens; undefined for never. */
export function nextWake(state: RunState): number | undefined {
  if (isOver(state)) return undefined
  const times: number[] = []
  if (state.deadline !== undefined && state.lifeCycle !== LifeCycle.Terminating) {
    times.push(state.deadline)
  }
  if (state.healthAt !== undefined) times.push(state.healthAt)
  state.tasks.forEach((attempt, index) => {
    const task = state.graph.tasks[index]
    if (!task) return
    times.push(...wakesOf(attempt, task))
    for (const iteration of state.iterations.get(attempt.id) ?? []) {
      if (task.nested) times.push(...wakesOf(iteration, task.nested))
    }
  })
  return times.length === 0 ? undefined : Math.min(...times)
}

function wakesOf(attempt: AttemptState, task: GraphTask): number[] {
  if (attempt.phase === 'retrying') return [attempt.notBefore ?? 0]
  const timed = attempt.phase === 'running' || attempt.phase === 'waiting'
  const { startedAt } = attempt
  if (!timed || startedAt === undefined) return []
  const limits = [
    ...(task.timeoutMs > 0 ? [task.timeoutMs] : []),
    ...(task.healthMs !== undefined && !attempt.unhealthy ? [task.healthMs] : []),
  ]
  return limits.map((limit) => startedAt + limit)
}

/** Nothing can follow: it has ended, or it waits in the queue. */
function isOver(state: RunState): boolean {
  return (
    (state.lifeCycle === LifeCycle.Queued && !state.cancelRequested) ||
    state.lifeCycle === LifeCycle.Terminated ||
    state.lifeCycle === LifeCycle.Skipped ||
    state.lifeCycle === LifeCycle.InternalError
  )
}

function stopReasonOf(state: RunState, now: number): StopReason | undefined {
  if (state.cancelRequested) return StopReason.Canceled
  if (state.deadline !== undefined && now >= state.deadline) return StopReason.RunTimedOut
  return undefined
}

type Step = (draft: Draft, ref: AttemptRef) => void

const steps: Readonly<Record<Phase, Step>> = {
  blocked: unblock,
  ready: (draft, ref) => void draft.tryStart(ref),
  retrying: (draft, ref) => {
    if (draft.input.now >= (ref.attempt.notBefore ?? 0)) draft.tryStart(ref)
  },
  running: advanceRunning,
  waiting: advanceRunning,
  stopping: (draft, ref) => {
    if (ref.task.nested) stopIterations(draft, ref, ref.attempt.stopReason ?? StopReason.Canceled)
  },
  ended: (draft, ref) => {
    if (mayRetry(ref)) retry(draft, ref)
  },
}

function advanceTask(draft: Draft, ref: AttemptRef): void {
  const { phase, cancelRequested } = ref.attempt
  if (cancelRequested && phase !== 'ended' && phase !== 'stopping') {
    stopTask(draft, ref, StopReason.Canceled)
  } else {
    steps[phase](draft, ref)
  }
}

function unblock(draft: Draft, ref: AttemptRef): void {
  const before = ref.task.before.map((edge) => ({ edge, attempt: draft.tasks[edge.from] }))
  const allEnded = before.every(({ edge, attempt }) => {
    const task = draft.state.graph.tasks[edge.from]
    return attempt && task && isFinal({ task, attempt, parentId: undefined })
  })
  if (!allEnded) return
  if (ref.task.disabled) {
    draft.end(ref, notRun(Result.Disabled, 'the task is disabled'))
    return
  }
  const upstreams = before.flatMap(({ edge, attempt }) =>
    attempt ? [upstreamOf(attempt, edge.outcome)] : [],
  )
  const decision = decideRunIf(ref.task, upstreams)
  if (decision !== 'run') {
    draft.end(ref, decision)
    return
  }
  if (draft.tryStart(ref)) return
  draft.changes.push({ kind: 'ready', of: draft.put(ref, { phase: 'ready' }) })
}

function advanceRunning(draft: Draft, ref: AttemptRef): void {
  const { timeoutMs } = ref.task
  const { startedAt } = ref.attempt
  if (timeoutMs > 0 && startedAt !== undefined && draft.input.now >= startedAt + timeoutMs) {
    stopTask(draft, ref, StopReason.TimedOut)
    return
  }
  const { healthMs } = ref.task
  const late =
    healthMs !== undefined && startedAt !== undefined && draft.input.now >= startedAt + healthMs
  if (late && !ref.attempt.unhealthy) draft.unhealthy(ref)
  if (ref.task.nested && ref.attempt.inputCount !== undefined) {
    advanceIterations(draft, refreshed(draft, ref))
  }
}

function isFinal(ref: AttemptRef): boolean {
  return ref.attempt.phase === 'ended' && !mayRetry(ref)
}

function mayRetry(ref: AttemptRef): boolean {
  const { retry: policy } = ref.task
  if (!isFailure(ref.attempt) || ref.attempt.startedAt === undefined) return false
  if (ref.attempt.end?.result === Result.TimedOut && !policy.onTimeout) return false
  return policy.maxRetries === -1 || ref.attempt.retryNumber < triesOf(ref)
}

/** What the platform lost it tries again by itself, for it was not the task that failed. */
function triesOf(ref: AttemptRef): number {
  const { maxRetries } = ref.task.retry
  return ref.attempt.end?.code === 'DRIVER_ERROR' ? Math.max(maxRetries, lostRetries) : maxRetries
}

const lostRetries = 2

function retry(draft: Draft, ref: AttemptRef): void {
  const earliest = (ref.attempt.startedAt ?? draft.input.now) + ref.task.retry.minIntervalMs
  const next = newAttempt(draft.input.newId(), {
    phase: 'retrying',
    originalId: ref.attempt.originalId,
    attemptNumber: ref.attempt.attemptNumber + 1,
    retryNumber: ref.attempt.retryNumber + 1,
    iteration: ref.attempt.iteration,
    notBefore: Math.max(earliest, draft.input.now),
  })
  const of = draft.put(ref, next)
  draft.changes.push({ kind: 'retry', of, after: ref.attempt.id })
  if (draft.input.now >= (next.notBefore ?? 0)) draft.tryStart(of)
}

/** Moves a task towards its end because it, or its run, must stop. */
function stopTask(draft: Draft, ref: AttemptRef, reason: StopReason): void {
  switch (ref.attempt.phase) {
    case 'blocked':
    case 'ready':
    case 'retrying':
      draft.end(ref, notStarted(reason))
      return
    case 'waiting':
      draft.end(ref, stoppedEnd(reason, ref.task.timeoutMs))
      return
    case 'running':
      draft.stop(ref, reason)
      if (ref.task.nested) stopIterations(draft, refreshed(draft, ref), reason)
      return
    case 'stopping':
      if (ref.task.nested) stopIterations(draft, ref, reason)
      return
    case 'ended':
  }
}

function notStarted(reason: StopReason): End {
  return reason === StopReason.Canceled
    ? canceled('Canceled by user before it started')
    : { ...timedOut('The run reached its timeout before it started'), result: Result.Canceled }
}

function refreshed(draft: Draft, ref: AttemptRef): AttemptRef {
  return { ...ref, attempt: draft.tasks[ref.task.index] ?? ref.attempt }
}

function iterationRefs(draft: Draft, parent: AttemptRef): AttemptRef[] {
  const { nested } = parent.task
  if (!nested) return []
  const list = draft.iterations.get(parent.attempt.id) ?? []
  return list.map((attempt) => ({ task: nested, attempt, parentId: parent.attempt.id }))
}

function stopIterations(draft: Draft, parent: AttemptRef, reason: StopReason): void {
  for (const ref of iterationRefs(draft, parent)) stopTask(draft, ref, reason)
  const ended = iterationRefs(draft, parent).every((ref) => ref.attempt.phase === 'ended')
  if (ended) draft.end(parent, stoppedEnd(reason, parent.task.timeoutMs))
}

function advanceIterations(draft: Draft, parent: AttemptRef): void {
  const count = parent.attempt.inputCount ?? 0
  for (const ref of iterationRefs(draft, parent)) advanceTask(draft, ref)
  let refs = iterationRefs(draft, parent)
  let open = refs.filter((ref) => !isFinal(ref)).length
  while (open < parent.task.concurrency && refs.length < count) {
    if (!iterate(draft, parent, refs.length)) break
    open += 1
    refs = iterationRefs(draft, parent)
  }
  if (refs.length < count || open > 0) return
  const broken = refs.filter((ref) => ref.attempt.end?.result !== Result.Success)
  draft.end(parent, broken.length === 0 ? succeeded() : iterationsFailed(broken, count))
}

function iterationsFailed(broken: readonly AttemptRef[], count: number): End {
  const first = broken[0]?.attempt
  const why = first?.end?.message ? `: ${first.end.message}` : ''
  return failed(
    'RUN_EXECUTION_ERROR',
    `${broken.length} of ${count} iterations did not succeed; the first is number ${first?.iteration ?? 0}${why}`,
  )
}

function iterate(draft: Draft, parent: AttemptRef, iteration: number): boolean {
  const { nested } = parent.task
  if (!nested) return false
  if (takesSlot(nested) && draft.slots <= 0) {
    draft.starved = true
    return false
  }
  const attempt = newAttempt(draft.input.newId(), { phase: 'ready', iteration })
  const of = draft.put({ task: nested, attempt, parentId: parent.attempt.id }, {})
  draft.changes.push({ kind: 'iterate', of })
  return draft.tryStart(of)
}

function settleRun(draft: Draft, stop: StopReason | undefined): void {
  const { graph } = draft.state
  const refs = graph.tasks.flatMap((task) => {
    const attempt = draft.tasks[task.index]
    return attempt ? [{ task, attempt, parentId: undefined }] : []
  })
  const over = refs.every((ref) => (stop ? ref.attempt.phase === 'ended' : isFinal(ref)))
  if (over) {
    draft.endRun(runEnd(draft, stop))
    return
  }
  if (stop) {
    draft.setRun(LifeCycle.Terminating, 'Stopping')
    return
  }
  const active = refs.filter((ref) => isActive(ref.attempt))
  const waiting = active.filter((ref) => ref.attempt.human)
  if (active.length > 0 && waiting.length === active.length) {
    const [first] = waiting
    draft.setRun(LifeCycle.Blocked, (first && draft.state.waitMessages.get(first.attempt.id)) ?? '')
    return
  }
  const begun = refs.some((ref) => ref.attempt.phase !== 'blocked' && ref.attempt.phase !== 'ready')
  draft.setRun(begun ? LifeCycle.Running : LifeCycle.Pending, '')
}

function runEnd(draft: Draft, stop: StopReason | undefined): End {
  if (stop) {
    return stop === StopReason.Canceled
      ? canceled('Run canceled by user')
      : timedOut('The run reached its timeout')
  }
  const { graph } = draft.state
  const of = (index: number) => {
    const attempt = draft.tasks[index]
    return attempt ? upstreamOf(attempt, undefined) : 'failed'
  }
  const all = graph.tasks.map((task) => of(task.index))
  const leaves = graph.leaves.map(of)
  const good = leaves.every((kind) => kind === 'succeeded' || kind === 'excluded')
  if (good && !all.includes('failed') && !all.includes('canceled')) return succeeded()
  if (good) {
    return {
      lifeCycle: LifeCycle.Terminated,
      result: Result.SuccessWithFailures,
      code: 'SUCCESS_WITH_FAILURES',
      message: 'Some tasks failed, but every task at the end of the graph succeeded',
    }
  }
  if (!all.includes('failed')) return canceled('A task was canceled')
  return failed('RUN_EXECUTION_ERROR', failureMessage(draft))
}

function failureMessage(draft: Draft): string {
  const { tasks } = draft.state.graph
  const first = tasks.find((task) => {
    const result = draft.tasks[task.index]?.end?.result
    return result === Result.Failed || result === Result.TimedOut
  })
  if (!first) return 'A task failed'
  const message = draft.tasks[first.index]?.end?.message ?? ''
  return `Task ${first.key} failed with message: ${message}`
}
