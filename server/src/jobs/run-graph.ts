import type { Ctx } from '../core/index.ts'
import { getRun } from './run-service.ts'
import { listTaskRuns } from './run-reads.ts'
import { findDefinition } from './run-store.ts'
import { taskTypesOf } from './task-graph.ts'
import type { TaskRun } from './types.ts'

export interface GraphNode {
  readonly task_key: string
  readonly task_type: string
  readonly run_if: string
  readonly depends_on: readonly { readonly task_key: string; readonly outcome?: string }[]
  /** Longest way from a task without dependencies; where it stands in a drawing. */
  readonly level: number
  /** The latest attempt; absent when this run leaves the task out. */
  readonly attempt?: Readonly<Record<string, unknown>>
  readonly attempts: number
  /** Every attempt before the latest, oldest first. */
  readonly earlier: readonly Readonly<Record<string, unknown>>[]
}

/** A run's tasks with what they depend on and where each stands. */
export async function viewGraph(
  ctx: Ctx,
  runId: number,
): Promise<{ readonly run_id: number; readonly nodes: readonly GraphNode[] }> {
  const run = await getRun(ctx, runId)
  const tasks = (await findDefinition(ctx.db, run.definitionHash))?.tasks ?? []
  const attempts = await listTaskRuns(ctx.db, [runId])
  const byKey = new Map<string, TaskRun[]>()
  for (const attempt of attempts) {
    byKey.set(attempt.taskKey, [...(byKey.get(attempt.taskKey) ?? []), attempt])
  }
  const levels = levelsOf(tasks)
  const nodes = tasks.map((task) => {
    const own = byKey.get(task.task_key) ?? []
    const latest = own.at(-1)
    return {
      task_key: task.task_key,
      task_type: taskTypesOf(task)[0] ?? '',
      run_if: task.run_if ?? 'ALL_SUCCESS',
      depends_on: task.depends_on ?? [],
      level: levels.get(task.task_key) ?? 0,
      ...(latest ? { attempt: attemptWire(latest) } : {}),
      attempts: own.length,
      earlier: own.slice(0, -1).map(attemptWire),
    }
  })
  return { run_id: runId, nodes }
}

function attemptWire(attempt: TaskRun): Record<string, unknown> {
  return {
    run_id: attempt.taskRunId,
    attempt_number: attempt.attemptNumber,
    life_cycle_state: attempt.lifeCycle,
    result_state: attempt.result ?? null,
    state_message: attempt.message,
    outcome: attempt.outcome ?? null,
    repair_index: attempt.repairIndex,
    start_time: attempt.startedAt?.getTime() ?? null,
    end_time: attempt.endedAt?.getTime() ?? null,
    setup_duration: attempt.setupMs,
    execution_duration: attempt.executionMs,
  }
}

type Edges = readonly {
  readonly task_key: string
  readonly depends_on?: readonly { readonly task_key: string }[]
}[]

function levelsOf(tasks: Edges): Map<string, number> {
  const levels = new Map<string, number>()
  const before = new Map(
    tasks.map((task) => [task.task_key, (task.depends_on ?? []).map((d) => d.task_key)]),
  )
  // Settings that were stored have no cycle, so each round settles at least one more task.
  for (let settled = true; settled;) {
    settled = false
    for (const [key, upstream] of before) {
      if (levels.has(key) || !upstream.every((up) => levels.has(up))) continue
      levels.set(key, Math.max(-1, ...upstream.map((up) => levels.get(up) ?? 0)) + 1)
      settled = true
    }
  }
  return levels
}
