import type { JobTask } from './wire.ts'

const kinds: Readonly<Record<string, string>> = {
  spark_python_task: 'Python',
  notebook_task: 'Notebook',
  python_wheel_task: 'Wheel',
  python_operator_task: 'Python function',
  sql_task: 'SQL',
  condition_task: 'Condition',
  for_each_task: 'For each',
  run_job_task: 'Job',
  approval_task: 'Approval',
}

/** What a task runs, in a word. */
export function taskKind(task: Readonly<Record<string, unknown>>): string {
  const found = Object.keys(kinds).find((kind) => task[kind] !== undefined)
  return found === undefined ? 'Task' : (kinds[found] ?? 'Task')
}

/** What a task runs: its file, notebook, query or model. */
export function taskTarget(task: JobTask | Readonly<Record<string, unknown>>): string | undefined {
  const spec = task as Readonly<Record<string, Readonly<Record<string, unknown>> | undefined>>
  const targets = [
    spec['spark_python_task']?.['python_file'],
    spec['notebook_task']?.['notebook_path'],
    spec['python_wheel_task']?.['entry_point'],
    spec['run_job_task']?.['job_id'],
    spec['approval_task']?.['model_name'],
  ]
  const found = targets.find((target) => target !== undefined)
  return typeof found === 'string' || typeof found === 'number' ? String(found) : undefined
}
