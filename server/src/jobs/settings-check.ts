import { Check, Errors } from 'typebox/value'
import { parseQuartz } from './cron/quartz.ts'
import { checkZone } from './cron/zone.ts'
import { jobsErrors } from './errors.ts'
import { checkHealth } from './health-check.ts'
import { checkReference, findReferences } from './references.ts'
import { JobSettings, type NestedTask, type Task } from './settings-schema.ts'
import { findCycle, taskTypesOf } from './task-graph.ts'
import { taskTypeSchemas, type TaskField } from './tasks/schemas.ts'
import { checkTaskType } from './tasks/check.ts'
import { checkTrigger } from './triggers/check.ts'

/** Throws at the first thing in the settings that is wrong or not honoured, naming it. */
export function checkSettings(settings: JobSettings): void {
  checkJobFields(settings)
  checkTasks(settings)
  checkSchedules(settings)
}

/** For settings that did not come through a validated route, such as merged updates. */
export function checkShape(settings: unknown): asserts settings is JobSettings {
  if (Check(JobSettings, settings)) return
  const [first] = Errors(JobSettings, settings)
  const where = first?.instancePath.slice(1).replaceAll('/', '.') ?? ''
  throw invalid(
    `Invalid value for '${where || 'new_settings'}': ${first?.message ?? 'wrong shape'}`,
  )
}

function invalid(problem: string): Error {
  return jobsErrors.JOBS_SETTINGS_INVALID(problem)
}

// Clients write `{}` or empty lists where nothing is asked for.
function isEmpty(value: unknown): boolean {
  if (value === undefined || value === null || value === false) return true
  if (Array.isArray(value)) return value.length === 0
  return typeof value === 'object' && Object.values(value).every(isEmpty)
}

function checkJobFields(settings: JobSettings): void {
  if (!isEmpty(settings.git_source)) {
    throw jobsErrors.JOBS_FIELD_UNSUPPORTED(
      'git_source',
      'tasks read workspace files; deploy the repository as a bundle, or import the files',
    )
  }
  if (Object.keys(settings.tags ?? {}).length > 25) {
    throw invalid(`A job has at most 25 tags; found ${Object.keys(settings.tags ?? {}).length}`)
  }
  if (Object.keys(settings.run_as ?? {}).length > 1) {
    throw invalid('run_as names one of user_name and service_principal_name, not both')
  }
  checkUnique('parameters', names(settings.parameters, 'name'))
  checkUnique('environments', names(settings.environments, 'environment_key'))
  checkUnique('job_clusters', names(settings.job_clusters, 'job_cluster_key'))
  checkUnique(
    'environment_variables',
    names(settings.environment_variables, 'environment_variables_key'),
  )
  checkDefaults(settings)
  checkHealth(settings, 'the job')
  for (const cluster of settings.job_clusters ?? []) {
    checkCluster(cluster.new_cluster, `job_clusters ${cluster.job_cluster_key}`)
  }
}

/** A job parameter is the same for all tasks: its default can speak of the run, not of a task. */
function checkDefaults(settings: JobSettings): void {
  for (const reference of findReferences(settings.parameters)) {
    const [first = '', second] = reference.path
    if (!['job', 'workspace', 'backfill'].includes(first)) {
      throw jobsErrors.JOBS_REFERENCE_INVALID(
        reference.text,
        'the default of a job parameter can refer to job, workspace and backfill',
      )
    }
    if (second === 'parameters') {
      throw jobsErrors.JOBS_REFERENCE_INVALID(
        reference.text,
        'a job parameter cannot refer to another one',
      )
    }
    checkReference(reference, new Set())
  }
}

function names<K extends string>(
  list: readonly Readonly<Record<K, string>>[] | undefined,
  key: K,
): string[] {
  return (list ?? []).map((item) => item[key])
}

function checkUnique(what: string, keys: readonly string[]): void {
  const seen = new Set<string>()
  for (const key of keys) {
    if (seen.has(key)) throw invalid(`'${key}' appears twice in ${what}; each must be unique`)
    seen.add(key)
  }
}

function checkTasks(settings: JobSettings): void {
  const tasks = settings.tasks ?? []
  const keys = new Set(tasks.map((task) => task.task_key))
  checkUnique('tasks', names(tasks, 'task_key'))
  for (const task of tasks) {
    checkTask(settings, task)
    checkDependencies(task, { keys, tasks })
    if (task.for_each_task) checkTask(settings, task.for_each_task.task)
  }
  for (const reference of findReferences(tasks.map(configurationOf)))
    checkReference(reference, keys)
  const cycle = findCycle(tasks)
  if (cycle) throw invalid(`The tasks depend on each other in a cycle: ${cycle.join(' → ')}`)
}

/** The part of a task in which references are replaced. */
export function configurationOf(task: Task | NestedTask): unknown[] {
  const nested = 'for_each_task' in task ? task.for_each_task : undefined
  const own = (Object.keys(taskTypeSchemas) as TaskField[]).map((field) => task[field])
  return nested ? [...own, nested.inputs, configurationOf(nested.task)] : own
}

function checkTask(settings: JobSettings, task: Task | NestedTask): void {
  const types = taskTypesOf(task)
  if (types.length !== 1) {
    const known = [...Object.keys(taskTypeSchemas), 'for_each_task'].join(', ')
    throw invalid(
      types.length === 0
        ? `Task '${task.task_key}' has no task type; give it one of ${known}`
        : `Task '${task.task_key}' has ${types.length} task types (${types.join(', ')}); exactly one is allowed`,
    )
  }
  checkReferences(settings, task)
  checkTaskType(task)
  checkHealth(task, `task '${task.task_key}'`)
  checkCache(task, types[0])
}

const cacheable: ReadonlySet<string> = new Set([
  'spark_python_task',
  'notebook_task',
  'python_wheel_task',
  'python_operator_task',
  'sql_task',
])

function checkCache(task: Task | NestedTask, type: string | undefined): void {
  if (!task.cache || cacheable.has(type ?? '')) return
  const inside = type === 'for_each_task' ? '; put it into the task of the for_each_task' : ''
  throw jobsErrors.JOBS_FIELD_UNSUPPORTED(
    'cache',
    `task '${task.task_key}' is a ${type}, which runs no code of its own${inside}`,
  )
}

function checkReferences(settings: JobSettings, task: Task | NestedTask): void {
  const { task_key: key, environment_key, environment_variables_key, job_cluster_key } = task
  refers(key, environment_key, {
    list: 'environments',
    known: names(settings.environments, 'environment_key'),
  })
  refers(key, job_cluster_key, {
    list: 'job_clusters',
    known: names(settings.job_clusters, 'job_cluster_key'),
  })
  refers(key, environment_variables_key, {
    list: 'environment_variables',
    known: names(settings.environment_variables, 'environment_variables_key'),
  })
  if (task.new_cluster) checkCluster(task.new_cluster, `task '${key}'`)
  if (environment_key !== undefined && (task.libraries ?? []).length > 0) {
    throw invalid(
      `Task '${key}' names both environment_key and libraries; put the libraries into the environment`,
    )
  }
}

function refers(
  taskKey: string,
  name: string | undefined,
  there: { readonly list: string; readonly known: readonly string[] },
): void {
  if (name === undefined || there.known.includes(name)) return
  const known = there.known.join(', ') || 'empty'
  throw invalid(`Task '${taskKey}' refers to '${name}', which is not in ${there.list} (${known})`)
}

function checkCluster(cluster: NonNullable<Task['new_cluster']>, where: string): void {
  for (const [key, value] of Object.entries(cluster.spark_conf ?? {})) {
    if (key !== 'spark.driver.memory' && key !== 'spark.driver.cores') {
      throw jobsErrors.JOBS_FIELD_UNSUPPORTED(
        `new_cluster.spark_conf["${key}"]`,
        `of ${where}; only spark.driver.memory and spark.driver.cores, the limits of a task, are`,
      )
    }
    if (key === 'spark.driver.cores' && !/^[1-9]\d{0,3}$/.test(value)) {
      throw invalid(
        `spark.driver.cores of ${where} is '${value}'; write a whole number, at least 1`,
      )
    }
    if (key === 'spark.driver.memory' && parseMemory(value) === undefined) {
      throw invalid(
        `spark.driver.memory of ${where} is '${value}'; write a number with k, m, g or t, such as 512m`,
      )
    }
  }
}

/** Bytes of Spark's notation: `512m`, `2g`; undefined when it is not that. */
export function parseMemory(value: string): number | undefined {
  const match = /^(\d+)\s*([kmgt]?)b?$/i.exec(value.trim())
  if (!match) return undefined
  const power = ['', 'k', 'm', 'g', 't'].indexOf((match[2] ?? '').toLowerCase())
  return Number(match[1]) * 1024 ** (power === 0 ? 2 : power)
}

function checkDependencies(
  task: Task,
  all: { readonly keys: ReadonlySet<string>; readonly tasks: readonly Task[] },
): void {
  const seen = new Set<string>()
  for (const { task_key: before, outcome } of task.depends_on ?? []) {
    if (!all.keys.has(before)) {
      throw invalid(
        `Task '${task.task_key}' depends on '${before}', which is not a task of this job`,
      )
    }
    const edge = `${before} ${outcome ?? ''}`
    if (seen.has(edge)) {
      throw invalid(`Task '${task.task_key}' depends on '${before}' twice; name it once`)
    }
    seen.add(edge)
    checkOutcome(task, { before, outcome, tasks: all.tasks })
  }
}

function checkOutcome(
  task: Task,
  edge: {
    readonly before: string
    readonly outcome: string | undefined
    readonly tasks: readonly Task[]
  },
): void {
  if (edge.outcome === undefined) return
  const upstream = edge.tasks.find((candidate) => candidate.task_key === edge.before)
  if (!upstream?.condition_task) {
    throw invalid(
      `Task '${task.task_key}' depends on an outcome of '${edge.before}', which is not a condition_task`,
    )
  }
  if (edge.outcome !== 'true' && edge.outcome !== 'false') {
    throw invalid(
      `Task '${task.task_key}' depends on outcome '${edge.outcome}' of '${edge.before}'; it is 'true' or 'false'`,
    )
  }
}

function checkSchedules(settings: JobSettings): void {
  const given = (['schedule', 'trigger', 'continuous'] as const).filter(
    (field) => settings[field] !== undefined,
  )
  if (given.length > 1) {
    throw invalid(`A job has one of schedule, trigger and continuous; found ${given.join(' and ')}`)
  }
  if (settings.schedule) {
    parseQuartz(settings.schedule.quartz_cron_expression)
    checkZone(settings.schedule.timezone_id)
  }
  if (settings.trigger) checkTrigger(settings.trigger)
  if (settings.continuous) checkContinuous(settings)
}

function checkContinuous(settings: JobSettings): void {
  const tied = (settings.tasks ?? []).find((task) => (task.depends_on ?? []).length > 0)
  if (tied) {
    throw invalid(
      `Task '${tied.task_key}' of a continuous job depends on another; its tasks must be independent`,
    )
  }
  if (settings.continuous?.task_retry_mode === 'ON_FAILURE') {
    throw jobsErrors.JOBS_FIELD_UNSUPPORTED(
      'continuous.task_retry_mode',
      'give the tasks max_retries instead of ON_FAILURE',
    )
  }
  if ((settings.max_concurrent_runs ?? 1) !== 1) {
    throw invalid('A continuous job runs once at a time; leave max_concurrent_runs at 1')
  }
}
