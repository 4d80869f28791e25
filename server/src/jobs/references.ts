/**
 * Dynamic value references, `{{job.parameters.day}}`, in the configuration of tasks.
 *
 * Text that is not a reference, or whose first name is not one of ours, stays as it is. A wrong
 * name behind one of ours is an error. Names with other characters than letters, digits, `_` and
 * `-` stand in back-ticks.
 */
import { jobsErrors } from './errors.ts'

/** What references can see at the moment when a task starts. */
export interface ReferenceScope {
  readonly job: {
    readonly id: number | undefined
    readonly name: string
    readonly runId: number
    readonly repairCount: number
    readonly parameters: Readonly<Record<string, string>>
    readonly startedAt: Date
  }
  readonly trigger: {
    readonly type: string
    readonly time: Date
    readonly fileLocation: string | undefined
    readonly updatedTables: readonly string[] | undefined
  }
  /** The logical time of a run of a backfill. */
  readonly backfill: Date | undefined
  readonly task: { readonly name: string; readonly runId: number; readonly executionCount: number }
  readonly findTask: (key: string) => ReferencedTask | undefined
  /** The JSON of a task value, when it was set. */
  readonly findTaskValue: (task: string, name: string) => string | undefined
  /** Rows of a SQL task, by column name. */
  readonly findRows: (task: string) => readonly Readonly<Record<string, unknown>>[] | undefined
  readonly workspaceUrl: string
  /** The input of this iteration; only inside a for-each. */
  readonly input: { readonly value: unknown } | undefined
}

export interface ReferencedTask {
  readonly runId: number
  readonly result: string | undefined
  readonly code: string | undefined
  readonly executionCount: number
}

export interface Reference {
  readonly text: string
  readonly path: readonly string[]
}

const reference = /\{\{\s*((?:`[^`]+`|[\w-]+)(?:\.(?:`[^`]+`|[\w-]+))*)\s*\}\}/g
const namespaces = new Set(['job', 'task', 'tasks', 'workspace', 'input', 'backfill'])
const legacy = new Set([
  'job_id',
  'run_id',
  'parent_run_id',
  'start_date',
  'start_time',
  'task_key',
  'task_retry_count',
])

/** Every reference in `value`, wherever it stands in it. */
export function findReferences(value: unknown): Reference[] {
  if (typeof value === 'string') {
    return [...value.matchAll(reference)]
      .map((match) => ({ text: match[0], path: splitPath(match[1] ?? '') }))
      .filter(({ path }) => isOurs(path))
  }
  if (Array.isArray(value)) return value.flatMap(findReferences)
  if (typeof value === 'object' && value !== null) {
    return Object.values(value).flatMap(findReferences)
  }
  return []
}

/** The same value with every reference in its texts replaced, or with those that `which` names. */
export function resolveReferences<T>(
  value: T,
  scope: ReferenceScope,
  which: (path: readonly string[]) => boolean = () => true,
): T {
  return resolveAny(value, { scope, which }) as T
}

interface Resolving {
  readonly scope: ReferenceScope
  readonly which: (path: readonly string[]) => boolean
}

function resolveAny(value: unknown, how: Resolving): unknown {
  if (typeof value === 'string') return resolveText(value, how)
  if (Array.isArray(value)) return value.map((item) => resolveAny(item, how))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, resolveAny(item, how)]),
  )
}

function resolveText(text: string, { scope, which }: Resolving): string {
  if (!text.includes('{{')) return text
  return text.replace(reference, (whole, inner: string) => {
    const path = splitPath(inner)
    return isOurs(path) && which(path) ? format(lookUp({ text: whole, path }, scope)) : whole
  })
}

function splitPath(inner: string): string[] {
  return [...inner.matchAll(/`([^`]+)`|([\w-]+)/g)].map((match) => match[1] ?? match[2] ?? '')
}

function isOurs(path: readonly string[]): boolean {
  const [first = ''] = path
  return namespaces.has(first) || (path.length === 1 && legacy.has(first))
}

/** Text as it is, everything else as JSON. */
function format(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}

function wrong(reference: Reference, why: string): Error {
  return jobsErrors.JOBS_REFERENCE_INVALID(reference.text, why)
}

type LookUp = (reference: Reference, scope: ReferenceScope) => unknown

const lookUps: Readonly<Record<string, LookUp>> = {
  job: lookUpJob,
  task: lookUpTask,
  tasks: lookUpTasks,
  workspace: (reference, scope) => {
    if (reference.path[1] === 'id') return '1'
    if (reference.path[1] === 'url') return scope.workspaceUrl
    throw wrong(reference, 'workspace has id and url')
  },
  input: lookUpInput,
  backfill: (reference, { backfill }) => {
    if (backfill) return timeArgument(reference, backfill)
    throw wrong(reference, 'this run is not part of a backfill')
  },
  job_id: (_, scope) => scope.job.id ?? 0,
  run_id: (_, scope) => scope.task.runId,
  parent_run_id: (_, scope) => scope.job.runId,
  start_date: (_, scope) => scope.job.startedAt.toISOString().slice(0, 10),
  start_time: (_, scope) => scope.job.startedAt.getTime(),
  task_key: (_, scope) => scope.task.name,
  task_retry_count: (_, scope) => scope.task.executionCount - 1,
}

function lookUp(reference: Reference, scope: ReferenceScope): unknown {
  return lookUps[reference.path[0] ?? '']?.(reference, scope)
}

/** Throws when the reference can never mean anything in a job with these tasks. */
export function checkReference(reference: Reference, taskKeys: ReadonlySet<string>): void {
  const [first, second, third] = reference.path
  if (first === 'job' && second !== undefined && !jobNames.has(second)) {
    throw wrong(reference, `job has ${[...jobNames].join(', ')}`)
  }
  if (first === 'backfill') checkTimeArgument(reference)
  if (first === 'tasks' && !taskKeys.has(second ?? '')) {
    throw wrong(reference, `there is no task '${second ?? ''}' in this job`)
  }
  if (first === 'tasks' && !taskNames.has(third ?? '')) {
    throw wrong(reference, `a task has ${[...taskNames].join(', ')}`)
  }
}

const jobNames = new Set([
  'id',
  'name',
  'run_id',
  'repair_count',
  'parameters',
  'trigger',
  'start_time',
])
const taskNames = new Set([
  'run_id',
  'result_state',
  'error_code',
  'execution_count',
  'values',
  'output',
])

const jobLookUps: Readonly<Record<string, LookUp>> = {
  id: (_, { job }) => job.id ?? 0,
  name: (_, { job }) => job.name,
  run_id: (_, { job }) => job.runId,
  repair_count: (_, { job }) => job.repairCount,
  start_time: (reference, { job }) => timeArgument(reference, job.startedAt),
  trigger: lookUpTrigger,
  parameters: (reference, { job }) => {
    const name = reference.path[2] ?? ''
    const value = job.parameters[name]
    if (value !== undefined) return value
    const known = Object.keys(job.parameters).join(', ') || 'none'
    throw wrong(reference, `the job has no parameter '${name}' (it has: ${known})`)
  },
}

function lookUpJob(reference: Reference, scope: ReferenceScope): unknown {
  const find = jobLookUps[reference.path[1] ?? '']
  if (!find) throw wrong(reference, `job has ${[...jobNames].join(', ')}`)
  return find(reference, scope)
}

function lookUpTrigger(reference: Reference, { trigger }: ReferenceScope): unknown {
  const [, , what, detail] = reference.path
  if (what === 'type') return trigger.type.toLowerCase()
  if (what === 'time') return timeArgument(reference, trigger.time)
  if (what === 'file_arrival' && detail === 'location') {
    if (trigger.fileLocation !== undefined) return trigger.fileLocation
    throw wrong(reference, 'this run was not started by a file_arrival trigger')
  }
  if (what === 'table_update' && detail === 'updated_tables') {
    if (trigger.updatedTables !== undefined) return trigger.updatedTables
    throw wrong(reference, 'this run was not started by a table_update trigger')
  }
  throw wrong(
    reference,
    'job.trigger has type, time.<argument>, file_arrival.location and table_update.updated_tables',
  )
}

function lookUpTask(reference: Reference, { task }: ReferenceScope): unknown {
  switch (reference.path[1] ?? '') {
    case 'name':
      return task.name
    case 'run_id':
      return task.runId
    case 'execution_count':
      return task.executionCount
    default:
      throw wrong(reference, 'task has name, run_id and execution_count')
  }
}

function lookUpTasks(reference: Reference, scope: ReferenceScope): unknown {
  const [, key = '', what, ...rest] = reference.path
  const task = scope.findTask(key)
  if (!task) throw wrong(reference, `there is no task '${key}' in this run`)
  if (what === 'values') return lookUpValue(reference, key, scope)
  if (what === 'output') return lookUpOutput(reference, { key, rest }, scope)
  const find = taskFields[what ?? '']
  if (!find) throw wrong(reference, `a task has ${[...taskNames].join(', ')}`)
  return find(task)
}

const taskFields: Readonly<Record<string, (task: ReferencedTask) => string | number>> = {
  run_id: (task) => task.runId,
  execution_count: (task) => task.executionCount,
  result_state: (task) => task.result?.toLowerCase() ?? '',
  error_code: (task) => task.code ?? '',
}

function lookUpValue(reference: Reference, key: string, scope: ReferenceScope): unknown {
  const [, , , name = '', ...fields] = reference.path
  const json = scope.findTaskValue(key, name)
  if (json === undefined) throw wrong(reference, `task '${key}' has set no value '${name}'`)
  return descend(reference, JSON.parse(json), fields)
}

function lookUpOutput(
  reference: Reference,
  asked: { readonly key: string; readonly rest: readonly string[] },
  scope: ReferenceScope,
): unknown {
  const rows = scope.findRows(asked.key)
  if (!rows) throw wrong(reference, `task '${asked.key}' is no SQL task that has ended`)
  const [what, column = ''] = asked.rest
  if (what === 'rows') return rows
  if (what !== 'first_row') throw wrong(reference, 'output has rows and first_row.<column>')
  const value = rows[0]?.[column]
  if (value === undefined) throw wrong(reference, `its first row has no column '${column}'`)
  return value
}

function lookUpInput(reference: Reference, { input }: ReferenceScope): unknown {
  if (!input) throw wrong(reference, 'input exists only in the task of a for_each_task')
  return descend(reference, input.value, reference.path.slice(1))
}

function descend(reference: Reference, value: unknown, fields: readonly string[]): unknown {
  let found = value
  for (const field of fields) {
    const inside = typeof found === 'object' && found !== null ? found : {}
    if (!Object.hasOwn(inside, field)) throw wrong(reference, `there is no field '${field}'`)
    found = (inside as Record<string, unknown>)[field]
  }
  return found
}

const timeArguments: Readonly<Record<string, (time: Date) => string | number | boolean>> = {
  iso_date: (t) => t.toISOString().slice(0, 10),
  iso_datetime: (t) => t.toISOString().slice(0, 19),
  iso_weekday: (t) => t.getUTCDay() || 7,
  is_weekday: (t) => t.getUTCDay() % 6 !== 0,
  year: (t) => t.getUTCFullYear(),
  month: (t) => t.getUTCMonth() + 1,
  day: (t) => t.getUTCDate(),
  hour: (t) => t.getUTCHours(),
  minute: (t) => t.getUTCMinutes(),
  second: (t) => t.getUTCSeconds(),
  timestamp_ms: (t) => t.getTime(),
}

function timeArgument(reference: Reference, time: Date): string | number | boolean {
  return checkTimeArgument(reference)(time)
}

function checkTimeArgument(reference: Reference): (time: Date) => string | number | boolean {
  const argument = timeArguments[reference.path.at(-1) ?? '']
  if (argument) return argument
  throw wrong(reference, `a time has ${Object.keys(timeArguments).join(', ')}`)
}
