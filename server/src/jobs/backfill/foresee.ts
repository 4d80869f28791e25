/** What a backfill will do with each logical time and each task, and why; pure decisions. */
import { decideRunIf, type Upstream } from '../engine/run-if.ts'
import { selectTasks } from '../only.ts'
import type { JobSettings } from '../settings-schema.ts'
import { compileGraph, type GraphTask } from '../task-graph.ts'
import { LifeCycle, Result, hasEnded } from '../types.ts'
import type { BackfillSpec, IntervalAction } from './types.ts'

/** The newest run of the job for a logical time. */
export interface FoundRun {
  readonly runId: number
  readonly logicalAt: number
  readonly lifeCycle: LifeCycle
  readonly result: Result | undefined
  readonly message: string
}

export interface Decided {
  readonly action: IntervalAction
  readonly reason: string
  readonly runId: number | undefined
}

type Rules = Pick<BackfillSpec, 'reprocess' | 'failedOnly'>

/** What happens with the logical time `at`. */
export function decideInterval(
  rules: Rules,
  at: { readonly logicalAt: number; readonly now: number },
  found: FoundRun | undefined,
): Decided {
  if (at.logicalAt > at.now) {
    return decide('skip', 'It is still to come: the schedule will run it', undefined)
  }
  if (!found || found.lifeCycle === LifeCycle.Skipped) return decideMissing(rules, found)
  const { runId, lifeCycle, result } = found
  if (!hasEnded(lifeCycle)) return decide('skip', `Run ${runId} is ${lifeCycle}`, runId)
  if (succeeded(result)) {
    return rules.reprocess === 'completed'
      ? decide('run', `Run ${runId} ended ${result}; completed ones run anew`, runId)
      : decide('skip', `Run ${runId} ended ${result}`, runId)
  }
  switch (rules.reprocess) {
    case 'none':
      return decide('skip', `Run ${runId} ended ${result}; failed ones are left as they are`, runId)
    case 'failed':
      return decide('repair', `Run ${runId} ended ${result}`, runId)
    case 'completed':
      return decide('run', `Run ${runId} ended ${result}; completed ones run anew`, runId)
  }
}

function decideMissing(rules: Rules, found: FoundRun | undefined): Decided {
  const why = found ? `Run ${found.runId} was skipped: ${found.message}` : 'No run yet'
  if (!rules.failedOnly) return decide('run', why, found?.runId)
  return decide('skip', `${why}; only failed ones are asked for`, found?.runId)
}

function decide(action: IntervalAction, reason: string, runId: number | undefined): Decided {
  return { action, reason, runId }
}

export function succeeded(result: Result | undefined): boolean {
  return result === Result.Success || result === Result.SuccessWithFailures
}

export interface TaskForesight {
  readonly taskKey: string
  readonly action: 'run' | 'skip' | 'depends'
  readonly reason: string
}

/** Every task of a whole run, as if each that runs succeeded. */
export function foreseeTasks(
  settings: JobSettings,
  only: readonly string[] | undefined,
): TaskForesight[] {
  const tasks = settings.tasks ?? []
  const selected = only && selectTasks(tasks, only)
  const graph = compileGraph(tasks, selected)
  const seen = new Map<number, TaskForesight>()
  for (const index of graph.order) {
    const task = graph.tasks[index]
    if (task) seen.set(index, foreseeTask(task, graph.tasks, seen))
  }
  const byKey = new Map([...seen.values()].map((task) => [task.taskKey, task]))
  return tasks.map(
    ({ task_key: taskKey }) =>
      byKey.get(taskKey) ?? { taskKey, action: 'skip', reason: 'Left out by only' },
  )
}

function foreseeTask(
  task: GraphTask,
  tasks: readonly GraphTask[],
  seen: ReadonlyMap<number, TaskForesight>,
): TaskForesight {
  const { key: taskKey } = task
  if (task.disabled) return { taskKey, action: 'skip', reason: 'Disabled' }
  if (task.before.length === 0) return { taskKey, action: 'run', reason: 'First' }
  const names = task.before.map(({ from }) => tasks[from]?.key ?? '').join(', ')
  const branch = task.before.find(
    ({ from, outcome }) => outcome !== undefined && seen.get(from)?.action !== 'skip',
  )
  if (branch) {
    const of = tasks[branch.from]?.key ?? ''
    return { taskKey, action: 'depends', reason: `Only when ${of} is ${branch.outcome}` }
  }
  const actions = task.before.map(({ from }) => seen.get(from)?.action ?? 'run')
  const best = runs(task, actions, 'succeeded')
  const worst = runs(task, actions, 'excluded')
  if (best && worst) return { taskKey, action: 'run', reason: `After ${names}` }
  if (best) return { taskKey, action: 'depends', reason: `Only when ${names} ran` }
  if (actions.every((action) => action === 'skip')) {
    return { taskKey, action: 'skip', reason: `${names} will not run` }
  }
  return { taskKey, action: 'depends', reason: `Only when ${names} meets ${task.runIf}` }
}

function runs(
  task: GraphTask,
  actions: readonly TaskForesight['action'][],
  depends: Upstream,
): boolean {
  const kinds = { run: 'succeeded', skip: 'excluded', depends } as const
  return (
    decideRunIf(
      task,
      actions.map((action) => kinds[action]),
    ) === 'run'
  )
}
