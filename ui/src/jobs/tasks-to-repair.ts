import { stateOf, type RunTask } from './wire.ts'

const fine = new Set(['SUCCESS', 'EXCLUDED', 'DISABLED'])

/** Which tasks a repair runs again: those that did not succeed, and all that depend on them. */
export function tasksToRepair(tasks: readonly RunTask[]): {
  readonly again: readonly string[]
  readonly kept: readonly string[]
} {
  const again = new Set(
    tasks.filter((task) => !fine.has(stateOf(task.state) ?? '')).map((task) => task.task_key),
  )
  let grown = true
  while (grown) {
    grown = false
    for (const task of tasks) {
      const depends = (task.depends_on ?? []).some((before) => again.has(before.task_key))
      if (!depends || again.has(task.task_key)) continue
      again.add(task.task_key)
      grown = true
    }
  }
  const keys = tasks.map((task) => task.task_key)
  return {
    again: keys.filter((key) => again.has(key)),
    kept: keys.filter((key) => !again.has(key)),
  }
}
