/** A job's tasks, compiled once for the engine: indices instead of keys, defaults filled in. */
import type { NestedTask, Task } from './settings-schema.ts'
import { taskTypeSchemas, type TaskField } from './tasks/schemas.ts'
import { RunIf } from './types.ts'

export interface GraphEdge {
  /** Index of the task before. */
  readonly from: number
  readonly outcome: 'true' | 'false' | undefined
}

export interface RetryPolicy {
  /** -1 for ever. */
  readonly maxRetries: number
  readonly minIntervalMs: number
  readonly onTimeout: boolean
}

export interface GraphTask {
  readonly key: string
  readonly index: number
  readonly before: readonly GraphEdge[]
  readonly runIf: RunIf
  readonly disabled: boolean
  readonly retry: RetryPolicy
  /** 0 for ever. */
  readonly timeoutMs: number
  /** After this long an attempt that runs breaks its health rule; absent for never. */
  readonly healthMs: number | undefined
  readonly kind: TaskField | 'for_each_task'
  /** Iterations at a time, of a for-each. */
  readonly concurrency: number
  /** Of a for-each: the task of each iteration. */
  readonly nested: GraphTask | undefined
}

export interface TaskGraph {
  readonly tasks: readonly GraphTask[]
  /** Indices, every task after all that it depends on. */
  readonly order: readonly number[]
  /** Indices of the tasks that nothing depends on. */
  readonly leaves: readonly number[]
}

const taskFields = Object.keys(taskTypeSchemas) as TaskField[]

/** The type fields that a task names; a sound task names exactly one. */
export function taskTypesOf(task: Task | NestedTask): (TaskField | 'for_each_task')[] {
  const named: (TaskField | 'for_each_task')[] = taskFields.filter(
    (field) => task[field] !== undefined,
  )
  if ('for_each_task' in task && task.for_each_task !== undefined) named.push('for_each_task')
  return named
}

/** Compiles tasks that `checkSettings` has passed; `only` keeps a part of them. */
export function compileGraph(tasks: readonly Task[], only?: ReadonlySet<string>): TaskGraph {
  const kept = only ? tasks.filter((task) => only.has(task.task_key)) : tasks
  const indexOf = new Map(kept.map((task, index) => [task.task_key, index]))
  const compiled = kept.map((task, index) => compileTask(task, { index, indexOf }))
  const inner = new Set(compiled.flatMap((task) => task.before.map((edge) => edge.from)))
  return {
    tasks: compiled,
    order: orderOf(compiled),
    leaves: compiled.filter((task) => !inner.has(task.index)).map((task) => task.index),
  }
}

function orderOf(tasks: readonly GraphTask[]): number[] {
  const missing = tasks.map((task) => task.before.length)
  const after = tasks.map((): number[] => [])
  for (const task of tasks) for (const edge of task.before) after[edge.from]?.push(task.index)
  const order = tasks.filter((task) => task.before.length === 0).map((task) => task.index)
  for (const index of order) {
    for (const next of after[index] ?? []) {
      const left = (missing[next] ?? 0) - 1
      missing[next] = left
      if (left === 0) order.push(next)
    }
  }
  return order
}

function compileTask(
  task: Task | NestedTask,
  place: { readonly index: number; readonly indexOf: ReadonlyMap<string, number> },
): GraphTask {
  const forEach = 'for_each_task' in task ? task.for_each_task : undefined
  return {
    key: task.task_key,
    index: place.index,
    before: edgesOf(task, place.indexOf),
    runIf: task.run_if ?? RunIf.AllSuccess,
    disabled: task.disabled ?? false,
    retry: retryOf(task),
    timeoutMs: (task.timeout_seconds ?? task.approval_task?.timeout_seconds ?? 0) * 1000,
    healthMs: healthLimitMs(task.health),
    kind: taskTypesOf(task)[0] ?? 'for_each_task',
    concurrency: forEach?.concurrency ?? 1,
    nested: forEach && compileTask(forEach.task, { index: place.index, indexOf: new Map() }),
  }
}

/** The shortest duration that the rules allow. */
export function healthLimitMs(health: Task['health']): number | undefined {
  const limits = (health?.rules ?? []).map((rule) => rule.value * 1000)
  return limits.length === 0 ? undefined : Math.min(...limits)
}

function retryOf(task: Task | NestedTask): RetryPolicy {
  // A condition gives the same answer again.
  if (task.condition_task) return { maxRetries: 0, minIntervalMs: 0, onTimeout: false }
  return {
    maxRetries: task.max_retries ?? 0,
    minIntervalMs: task.min_retry_interval_millis ?? 0,
    onTimeout: task.retry_on_timeout ?? false,
  }
}

function edgesOf(task: Task | NestedTask, indexOf: ReadonlyMap<string, number>): GraphEdge[] {
  const edges: GraphEdge[] = []
  for (const dependency of task.depends_on ?? []) {
    const from = indexOf.get(dependency.task_key)
    // With `only`, a task that was left out no longer holds the others back.
    if (from === undefined) continue
    const outcome = dependency.outcome as 'true' | 'false' | undefined
    edges.push({ from, outcome })
  }
  return edges
}

/** The keys along one cycle, first one repeated at the end; undefined when there is none. */
export function findCycle(tasks: readonly Task[]): string[] | undefined {
  const before = new Map(
    tasks.map((task) => [task.task_key, (task.depends_on ?? []).map((d) => d.task_key)]),
  )
  const state = new Map<string, 'open' | 'done'>()
  for (const start of before.keys()) {
    const path: { readonly key: string; next: number }[] = [{ key: start, next: 0 }]
    if (state.has(start)) continue
    state.set(start, 'open')
    while (path.length > 0) {
      const top = path.at(-1)
      if (!top) break
      const child = before.get(top.key)?.[top.next]
      top.next += 1
      if (child === undefined) {
        state.set(top.key, 'done')
        path.pop()
      } else if (state.get(child) === 'open') {
        const keys = path.map((step) => step.key)
        return [...keys.slice(keys.indexOf(child)), child]
      } else if (!state.has(child)) {
        state.set(child, 'open')
        path.push({ key: child, next: 0 })
      }
    }
  }
  return undefined
}
