import type { Happening } from '../notifications/notify.ts'
import { notifiesAnyone } from '../notifications/recipients.ts'
import type { Notified } from '../notifications/schemas.ts'
import type { JobSettings } from '../settings-schema.ts'
import type { JobRunTable } from '../tables.ts'
import type { TaskColumns } from '../task-run-store.ts'
import { hasEnded, type JobRun } from '../types.ts'
import type { AttemptRef } from './run-state.ts'

interface Written {
  readonly run: JobRun
  readonly runColumns: Partial<JobRunTable>
  readonly patches: ReadonlyMap<number, { readonly ref: AttemptRef; readonly columns: TaskColumns }>
  readonly superseded: readonly number[]
  /** Attempts, and undefined for the run, that now take longer than their health rule allows. */
  readonly late: readonly (AttemptRef | undefined)[]
}

/** What of the writes of one transaction somebody asked to be told of. */
export function happeningsOf(settings: JobSettings, written: Written): Happening[] {
  const tasks = notifiedTasks(settings)
  const ofRun = notifiesAnyone(settings) ? runHappenings(settings, written) : []
  return tasks.size === 0 ? ofRun : [...ofRun, ...taskHappenings(tasks, written)]
}

function notifiedTasks(settings: JobSettings): Map<string, Notified> {
  const all = (settings.tasks ?? []).flatMap((task) => [task, ...nestedOf(task)])
  return new Map(all.filter(notifiesAnyone).map((task) => [task.task_key, task]))
}

function nestedOf(
  task: NonNullable<JobSettings['tasks']>[number],
): (Notified & { task_key: string })[] {
  return task.for_each_task ? [task.for_each_task.task] : []
}

function runHappenings(notified: Notified, { run, runColumns, late }: Written): Happening[] {
  const found: Happening[] = []
  const of = (what: Happening['what']) => found.push({ run, notified, what })
  const { started_at: startedAt, life_cycle: lifeCycle, result, message } = runColumns
  if (startedAt !== undefined) of({ kind: 'started' })
  if (late.includes(undefined)) of({ kind: 'late' })
  if (lifeCycle !== undefined && hasEnded(lifeCycle)) {
    of({ kind: 'ended', result: result ?? undefined, message: message ?? '', triedAgain: false })
  }
  return found
}

function taskHappenings(tasks: ReadonlyMap<string, Notified>, written: Written): Happening[] {
  const found: Happening[] = []
  const tell = (ref: AttemptRef, what: Happening['what']) => {
    const notified = tasks.get(ref.task.key)
    if (!notified) return
    const task = { key: ref.task.key, runId: ref.attempt.id }
    found.push({ run: written.run, notified, task, what })
  }
  for (const [id, { ref, columns }] of written.patches) {
    const { started_at: startedAt, life_cycle: lifeCycle, result, message } = columns
    if (startedAt !== undefined && startedAt !== null) tell(ref, { kind: 'started' })
    if (lifeCycle === undefined || !hasEnded(lifeCycle)) continue
    const triedAgain = written.superseded.includes(id)
    tell(ref, { kind: 'ended', result: result ?? undefined, message: message ?? '', triedAgain })
  }
  for (const ref of written.late) if (ref) tell(ref, { kind: 'late' })
  return found
}
