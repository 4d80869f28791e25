import type { TaskRunDetails } from './wire.ts'

/** The inputs of a for-each as texts; empty while they are a reference that nobody has replaced yet. */
export function forEachInputs(task: TaskRunDetails): readonly string[] {
  const resolved = task.resolved_values?.['for_each_task'] as { inputs?: unknown } | undefined
  const inputs = resolved?.inputs ?? task.for_each_task?.inputs
  const parsed = typeof inputs === 'string' ? parse(inputs) : inputs
  if (!Array.isArray(parsed)) return []
  return parsed.map((one) => (typeof one === 'string' ? one : JSON.stringify(one)))
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // A reference such as {{tasks.list.values.files}}.
    return undefined
  }
}
