import type { JobSettings, JobTask } from './wire.ts'

/** What run-now takes beside the job's own parameters. */
export interface RunOverrides {
  readonly job_parameters?: Readonly<Record<string, string>>
  readonly notebook_params?: Readonly<Record<string, string>>
  readonly python_params?: readonly string[]
  readonly python_named_params?: Readonly<Record<string, string>>
  readonly sql_params?: Readonly<Record<string, string>>
  readonly only?: readonly string[]
  readonly queue?: { readonly enabled: boolean }
}

/** A form's texts: `name=value` lines, and one argument a line for `python_params`. */
export type OverrideTexts = Readonly<Partial<Record<OverrideField, string>>>
export type OverrideField =
  | 'notebook_params'
  | 'python_params'
  | 'python_named_params'
  | 'sql_params'

interface OverrideKind {
  readonly field: OverrideField
  /** The tasks that it is for. */
  readonly task: string
  readonly label: string
  readonly hint: string
}

const kinds: readonly OverrideKind[] = [
  {
    field: 'notebook_params',
    task: 'notebook_task',
    label: 'Notebook widgets',
    hint: 'One name=value a line, for every notebook task',
  },
  {
    field: 'python_params',
    task: 'spark_python_task',
    label: 'Arguments of Python scripts',
    hint: 'One a line, instead of those of every Python task',
  },
  {
    field: 'python_named_params',
    task: 'python_wheel_task',
    label: 'Named arguments of wheels',
    hint: 'One name=value a line, for every wheel task',
  },
  {
    field: 'sql_params',
    task: 'sql_task',
    label: 'SQL parameters',
    hint: 'One name=value a line, for every SQL task',
  },
]

/** The overrides that some task of the job would listen to. */
export function overrideKinds(settings: JobSettings | undefined): readonly OverrideKind[] {
  const has = (task: JobTask, field: string): boolean => {
    const nested = task['for_each_task'] as { readonly task?: JobTask } | undefined
    return task[field] !== undefined || nested?.task?.[field] !== undefined
  }
  return kinds.filter(({ task: field }) => settings?.tasks?.some((task) => has(task, field)))
}

/** The texts as run-now wants them. Throws with the line that is not `name=value`. */
export function parseOverrides(texts: OverrideTexts): RunOverrides {
  const entries = Object.entries(texts).flatMap(([field, text]) => {
    const lines = text.split('\n').filter((line) => line.trim() !== '')
    if (lines.length === 0) return []
    return [[field, field === 'python_params' ? lines : named(lines)]]
  })
  return Object.fromEntries(entries) as RunOverrides
}

function named(lines: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(
    lines.map((line) => {
      const at = line.indexOf('=')
      if (at < 1) throw new Error(`“${line}” is not name=value`)
      return [line.slice(0, at).trim(), line.slice(at + 1)]
    }),
  )
}
