import type { GraphTask, TaskGraph } from '../task-graph.ts'
import type { LifeCycle, Result, StopReason, TerminationCode } from '../types.ts'

/** Where one attempt stands, as the plan sees it; `plan.ts` has the transitions. */
export type Phase = 'blocked' | 'ready' | 'retrying' | 'running' | 'waiting' | 'stopping' | 'ended'

/** How an attempt or a run ended. */
export interface End {
  readonly lifeCycle: typeof LifeCycle.Terminated | typeof LifeCycle.InternalError
  readonly result: Result
  readonly code: TerminationCode
  readonly message: string
  /** What a condition task found. */
  readonly outcome?: 'true' | 'false'
}

export interface AttemptState {
  readonly id: number
  readonly phase: Phase
  readonly attemptNumber: number
  readonly retryNumber: number
  readonly originalId: number
  /** Index of the input, in a for-each. */
  readonly iteration: number | undefined
  readonly startedAt: number | undefined
  readonly notBefore: number | undefined
  readonly stopReason: StopReason | undefined
  readonly cancelRequested: boolean
  /** It has taken longer than its health rule allows, and that was said. */
  readonly unhealthy: boolean
  /** Waits for a person. */
  readonly human: boolean
  /** Of a started for-each: how many inputs it has. */
  readonly inputCount: number | undefined
  /** Present in phase `ended`. */
  readonly end: End | undefined
}

export interface RunState {
  readonly runId: number
  readonly graph: TaskGraph
  readonly lifeCycle: LifeCycle
  readonly message: string
  readonly cancelRequested: boolean
  /** When it must be stopped; absent for never. */
  readonly deadline: number | undefined
  /** When it breaks its health rule; absent for never, or when that was said. */
  readonly healthAt: number | undefined
  /** The current attempt of each task, by the index of the task. */
  readonly tasks: readonly AttemptState[]
  /** The current attempts of the iterations of a for-each attempt, by its id and their index. */
  readonly iterations: ReadonlyMap<number, readonly AttemptState[]>
  /** Why the person is waited for, by attempt. */
  readonly waitMessages: ReadonlyMap<number, string>
}

/** Which attempt a change is about. */
export interface AttemptRef {
  readonly task: GraphTask
  readonly attempt: AttemptState
  /** The for-each attempt, when this is one of its iterations. */
  readonly parentId: number | undefined
}

/** What the plan decided. Each is one write; `start` and `stop` also have an effect outside. */
export type Change =
  | { readonly kind: 'ready'; readonly of: AttemptRef }
  | { readonly kind: 'start'; readonly of: AttemptRef }
  /** A new attempt of the same task or iteration; `of.attempt` is the new one. */
  | { readonly kind: 'retry'; readonly of: AttemptRef; readonly after: number }
  /** The first attempt of an iteration; a `start` follows. */
  | { readonly kind: 'iterate'; readonly of: AttemptRef }
  | { readonly kind: 'stop'; readonly of: AttemptRef; readonly reason: StopReason }
  | { readonly kind: 'end'; readonly of: AttemptRef; readonly end: End }
  /** It takes longer than its health rule allows; without `of`, the run does. */
  | { readonly kind: 'unhealthy'; readonly of: AttemptRef | undefined }
  | { readonly kind: 'run'; readonly lifeCycle: LifeCycle; readonly message: string }
  | { readonly kind: 'end-run'; readonly end: End }

/** Task types whose attempts take one of the server's slots. */
const slotKinds: ReadonlySet<GraphTask['kind']> = new Set([
  'spark_python_task',
  'notebook_task',
  'python_wheel_task',
  'python_operator_task',
  'sql_task',
])

export function takesSlot(task: GraphTask): boolean {
  return slotKinds.has(task.kind)
}

export function isActive(attempt: AttemptState): boolean {
  return attempt.phase === 'running' || attempt.phase === 'waiting' || attempt.phase === 'stopping'
}

/** An attempt that has not done anything yet. */
export function newAttempt(id: number, given: Partial<AttemptState>): AttemptState {
  return {
    id,
    phase: 'blocked',
    attemptNumber: 0,
    retryNumber: 0,
    originalId: id,
    iteration: undefined,
    startedAt: undefined,
    notBefore: undefined,
    stopReason: undefined,
    cancelRequested: false,
    unhealthy: false,
    human: false,
    inputCount: undefined,
    end: undefined,
    ...given,
  }
}

/** The attempt with this id, when it is a current one. */
export function findAttempt(state: RunState, id: number): AttemptRef | undefined {
  for (const task of state.graph.tasks) {
    const attempt = state.tasks[task.index]
    if (attempt?.id === id) return { task, attempt, parentId: undefined }
    if (!attempt || !task.nested) continue
    const iteration = state.iterations.get(attempt.id)?.find((one) => one.id === id)
    if (iteration) return { task: task.nested, attempt: iteration, parentId: attempt.id }
  }
  return undefined
}

/** The state with something changed about one attempt. */
export function withAttempt(
  state: RunState,
  ref: AttemptRef,
  next: Partial<AttemptState>,
): RunState {
  const change = (attempt: AttemptState) =>
    attempt.id === ref.attempt.id ? { ...attempt, ...next } : attempt
  if (ref.parentId === undefined) return { ...state, tasks: state.tasks.map(change) }
  const list = (state.iterations.get(ref.parentId) ?? []).map(change)
  return { ...state, iterations: new Map(state.iterations).set(ref.parentId, list) }
}

/** Every current attempt, iterations included. */
export function allAttempts(state: RunState): AttemptRef[] {
  return state.graph.tasks.flatMap((task) => {
    const attempt = state.tasks[task.index]
    if (!attempt) return []
    const own = { task, attempt, parentId: undefined }
    const { nested } = task
    if (!nested) return [own]
    const iterations = state.iterations.get(attempt.id) ?? []
    return [own, ...iterations.map((one) => ({ task: nested, attempt: one, parentId: attempt.id }))]
  })
}
