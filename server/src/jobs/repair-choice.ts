/** Which tasks a repair runs again, which it keeps, and why. */
import { jobsErrors } from './errors.ts'
import { withDependents } from './only.ts'
import type { Task } from './settings-schema.ts'
import { Result, type TaskRun } from './types.ts'

export interface RepairWish {
  readonly runId: number
  readonly tasks?: readonly string[] | undefined
  readonly allFailed?: boolean | undefined
  readonly dependents?: boolean | undefined
}

const repairable: ReadonlySet<Result> = new Set([
  Result.Failed,
  Result.TimedOut,
  Result.Canceled,
  Result.UpstreamFailed,
  Result.UpstreamCanceled,
])

/** The keys of the tasks that run again; never empty. */
export function chooseTasks(
  tasks: readonly Task[],
  attempts: readonly TaskRun[],
  wish: RepairWish,
): Set<string> {
  const named = wish.tasks ?? []
  if (named.length > 0 === (wish.allFailed === true)) {
    throw jobsErrors.JOBS_REPAIR_INVALID(
      'A repair names either rerun_tasks or rerun_all_failed_tasks, and one of them is needed',
    )
  }
  const known = new Set(tasks.map((task) => task.task_key))
  const unknown = named.find((key) => !known.has(key))
  if (unknown !== undefined) {
    throw jobsErrors.JOBS_REPAIR_INVALID(
      `rerun_tasks names '${unknown}', which is not a task of the job (${[...known].join(', ')})`,
    )
  }
  const failed = attempts.filter((task) => task.result && repairable.has(task.result))
  const chosen = new Set(named.length > 0 ? named : failed.map((task) => task.taskKey))
  // Whatever follows a repaired task and did not run, runs now; what did run only when asked.
  const skipped = new Set(failed.filter((task) => !task.startedAt).map((task) => task.taskKey))
  for (const key of withDependents(tasks, chosen)) {
    if (wish.dependents === true || skipped.has(key)) chosen.add(key)
  }
  // A task that the job has gained since has never run.
  const had = new Set(attempts.map((task) => task.taskKey))
  for (const key of known) if (!had.has(key)) chosen.add(key)
  if (chosen.size === 0) {
    throw jobsErrors.JOBS_REPAIR_INVALID(
      `Run ${wish.runId} has no failed task; name the tasks to run again in rerun_tasks`,
    )
  }
  return chosen
}

type Words = Readonly<Partial<Record<Result, string>>>

const whatHappened: Words = {
  [Result.Failed]: 'It failed',
  [Result.TimedOut]: 'It took too long',
  [Result.Canceled]: 'It was cancelled',
  [Result.UpstreamFailed]: 'It could not run',
  [Result.UpstreamCanceled]: 'It could not run',
}

const whyItStays: Words = {
  [Result.Success]: 'It succeeded; its result and what it wrote stay',
  [Result.SuccessWithFailures]: 'It succeeded with failures; its result stays',
  [Result.Excluded]: 'It was not needed',
  [Result.Disabled]: 'It is switched off',
}

export interface RepairStep {
  readonly taskKey: string
  readonly action: 'run' | 'keep' | 'gone'
  readonly reason: string
  readonly result: Result | undefined
}

/** Every task of the run and of the job as it is now, in the job's order. */
export function explainChoice(
  tasks: readonly Task[],
  attempts: readonly TaskRun[],
  wish: RepairWish,
): RepairStep[] {
  const chosen = chooseTasks(tasks, attempts, wish)
  const last = new Map(attempts.map((attempt) => [attempt.taskKey, attempt]))
  const steps = tasks.map((task): RepairStep => {
    const { task_key: taskKey } = task
    const result = last.get(taskKey)?.result
    const action = chosen.has(taskKey) ? 'run' : 'keep'
    const reason =
      action === 'run'
        ? whyAgain(task, { chosen, last, named: new Set(wish.tasks ?? []) })
        : whyKept(result)
    return { taskKey, action, reason, result }
  })
  const known = new Set(tasks.map((task) => task.task_key))
  const gone = attempts
    .filter((attempt) => !known.has(attempt.taskKey))
    .map(({ taskKey, result }): RepairStep => {
      const reason = 'The job no longer has this task; its result stays as it is'
      return { taskKey, action: 'gone', reason, result }
    })
  return [...steps, ...gone]
}

function whyAgain(
  task: Task,
  facts: {
    readonly chosen: ReadonlySet<string>
    readonly last: ReadonlyMap<string, TaskRun>
    readonly named: ReadonlySet<string>
  },
): string {
  const attempt = facts.last.get(task.task_key)
  if (attempt === undefined) return 'The job has gained it since; it has never run here'
  if (facts.named.has(task.task_key)) return 'You chose it'
  const before = (task.depends_on ?? [])
    .map((one) => one.task_key)
    .filter((key) => facts.chosen.has(key))
  const after = before.length === 0 ? '' : `; it follows ${before.join(', ')}`
  const what = (attempt.result && whatHappened[attempt.result]) ?? 'It ran'
  return `${what}${after}`
}

function whyKept(result: Result | undefined): string {
  return (result && whyItStays[result]) ?? 'It is not asked for'
}
