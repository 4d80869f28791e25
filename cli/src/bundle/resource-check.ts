import type { TSchema } from 'typebox'
import { JobSettings } from '@millrace/server/job-settings'
import { suggest } from '../verb.ts'
import { GateSettings, MonitorSettings, WebhookSettings } from './schema.ts'
import type { RawResource, ResourceKind } from './types.ts'
import { fillIn } from './variables.ts'

const schemas: Readonly<Record<ResourceKind, TSchema>> = {
  jobs: JobSettings,
  gates: GateSettings,
  webhooks: WebhookSettings,
  monitors: MonitorSettings,
}

interface TaskLike {
  readonly task_key?: string
  readonly depends_on?: readonly { readonly task_key?: string }[]
}

/** Holds a resource against its schema; every problem points at its line. */
export function checkResource(raw: RawResource, settings: Readonly<Record<string, unknown>>): void {
  // What only a deploy knows is an id, whatever it will be.
  const value = fillIn(
    settings,
    () => 1,
    (_, error) => error,
  )
  raw.file.check(schemas[raw.kind], { value, at: raw.at })
  if (raw.kind === 'jobs') checkTasks(raw, (settings['tasks'] ?? []) as readonly TaskLike[])
}

function checkTasks(raw: RawResource, tasks: readonly TaskLike[]): void {
  const at = (index: number, ...rest: string[]): string[] => [
    ...raw.at,
    'tasks',
    String(index),
    ...rest,
  ]
  const keys = tasks.map((task) => task.task_key ?? '')
  for (const [index, task] of tasks.entries()) {
    const key = task.task_key ?? ''
    if (keys.indexOf(key) !== index) {
      throw raw.file.problem(at(index, 'task_key'), `there are two tasks '${key}'`)
    }
    for (const [position, dependency] of (task.depends_on ?? []).entries()) {
      const before = dependency.task_key ?? ''
      if (keys.includes(before)) continue
      throw raw.file.problem(
        at(index, 'depends_on', String(position), 'task_key'),
        `there is no task '${before}'${suggest(before, keys)}`,
      )
    }
  }
}
