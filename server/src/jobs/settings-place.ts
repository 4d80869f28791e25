import type { JobSettings } from './settings-schema.ts'

type Path = readonly string[]

/** Errors that speak of one field, wherever its words are. */
const fieldOf: Readonly<Record<string, Path>> = {
  JOBS_CRON_INVALID: ['schedule', 'quartz_cron_expression'],
  JOBS_TIME_ZONE_UNKNOWN: ['schedule', 'timezone_id'],
}

/**
 * Where in the settings a problem stands that names its culprits in quotes: the last name that is a
 * value there, inside the first name when that is a task. Empty when nothing quoted is there.
 */
export function placeOfProblem(
  settings: JobSettings,
  problem: { readonly code: string; readonly message: string },
): Path {
  const field = fieldOf[problem.code]
  if (field !== undefined) return field
  const quoted = [...problem.message.matchAll(/'([^']+)'|\{\{[^}]*\}\}/g)].map(
    (match) => match[1] ?? match[0],
  )
  const task = (settings.tasks ?? []).findIndex((one) => one.task_key === quoted[0])
  const inTask: Path = task === -1 ? [] : ['tasks', String(task)]
  const within: unknown = task === -1 ? settings : settings.tasks?.[task]
  for (const name of quoted.toReversed()) {
    const found = find(within, (key, value) => key === name || value === name)
    if (found !== undefined) return [...inTask, ...found]
  }
  const holding = quoted.map((name) => find(settings, (_key, value) => holds(value, name)))
  return holding.find((path) => path !== undefined) ?? inTask
}

function holds(value: unknown, name: string): boolean {
  return typeof value === 'string' && value.includes(name)
}

/** Depth first; the key of the settings' own name is not asked. */
function find(value: unknown, matches: (key: string, value: unknown) => boolean): Path | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  for (const [key, inner] of Object.entries(value)) {
    if (matches(key, inner)) return [key]
    const found = find(inner, matches)
    if (found !== undefined) return [key, ...found]
  }
  return undefined
}
