import { jobsErrors } from './errors.ts'
import type { Task } from './settings-schema.ts'

/** The tasks that `only` names: `t`, `+t` with all before it, `t+` with all after it, `+t+` both. */
export function selectTasks(tasks: readonly Task[], only: readonly string[]): Set<string> {
  const before = new Map(
    tasks.map((task) => [task.task_key, (task.depends_on ?? []).map((d) => d.task_key)]),
  )
  const selected = new Set<string>()
  for (const item of only) {
    const key = item.replace(/^\+|\+$/g, '')
    if (!before.has(key)) {
      throw jobsErrors.JOBS_PARAMETER_INVALID(
        `only names '${item}', but '${key}' is not a task of this job (${[...before.keys()].join(', ')})`,
      )
    }
    selected.add(key)
    if (item.startsWith('+')) reach(key, before, selected)
    if (item.endsWith('+')) reach(key, dependentsOf(before), selected)
  }
  return selected
}

/** Every task that depends, directly or not, on one of `keys`; those keys included. */
export function withDependents(tasks: readonly Task[], keys: Iterable<string>): Set<string> {
  const after = dependentsOf(
    new Map(tasks.map((task) => [task.task_key, (task.depends_on ?? []).map((d) => d.task_key)])),
  )
  const given = [...keys]
  const found = new Set(given)
  for (const key of given) reach(key, after, found)
  return found
}

type Graph = ReadonlyMap<string, readonly string[]>

function reach(from: string, graph: Graph, found: Set<string>): void {
  const open = [from]
  const seen = new Set(open)
  for (const key of open) {
    for (const next of graph.get(key) ?? []) {
      if (seen.has(next)) continue
      seen.add(next)
      found.add(next)
      open.push(next)
    }
  }
}

function dependentsOf(before: Graph): Graph {
  const after = new Map<string, string[]>()
  for (const [key, upstream] of before) {
    for (const up of upstream) after.set(up, [...(after.get(up) ?? []), key])
  }
  return after
}
