import { createHash } from 'node:crypto'
import type { Ctx } from '../../core/index.ts'
import { hashFile, listFiles, readFile } from '../../workspace/index.ts'
import { taskTypeSchemas, type TaskField } from '../tasks/schemas.ts'
import type { Attempt } from '../tasks/contract.ts'
import { locateCode } from '../tasks/task-code.ts'
import { taskEnvironment, wheelsOf } from '../tasks/task-environment.ts'
import { listTaskValues } from '../value-store.ts'
import { closureOf } from './closure.ts'
import { versionOf } from './table-versions.ts'
import type { CacheParts } from './types.ts'

/** What the result of an attempt that is about to run depends on, as far as it is known now. */
export async function partsOf(ctx: Ctx, attempt: Attempt): Promise<CacheParts> {
  const { task } = attempt
  const environment = task.sql_task ? undefined : await taskEnvironment(ctx, attempt)
  const tables = task.cache?.tables ?? []
  const versions = tables.map(async (table) => [table, await versionOf(ctx, table)] as const)
  return {
    code: { ...(await codeOf(ctx, attempt)), ...(await wheelHashes(ctx, attempt)) },
    packages: packagesOf(environment?.lock ?? ''),
    environment: environment?.hash ?? '',
    parameters: { ...configurationOf(attempt), ...(await valuesBefore(ctx, attempt)) },
    tables: Object.fromEntries(await Promise.all(versions)),
    version: task.cache?.version ?? '',
  }
}

/** SHA-256 of the parts, whatever the order of their names. */
export function hashParts(parts: CacheParts): string {
  const ordered = Object.entries(parts).map(([name, value]: [string, unknown]) => [
    name,
    typeof value === 'object' && value !== null
      ? Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
      : value,
  ])
  return createHash('sha256').update(JSON.stringify(ordered)).digest('hex')
}

function fileOf({ task }: Attempt): string | undefined {
  return (
    task.spark_python_task?.python_file ??
    task.notebook_task?.notebook_path ??
    task.sql_task?.file?.path
  )
}

async function codeOf(ctx: Ctx, attempt: Attempt): Promise<Record<string, string>> {
  const file = fileOf(attempt)
  if (file === undefined) return {}
  const { entry, root } = await locateCode(ctx, file)
  if (attempt.task.sql_task) return { [entry.path]: entry.hash }
  const files = (await listFiles(ctx, root)).map((object) => ({
    path: object.path,
    hash: object.hash,
    isCode: object.type === 'NOTEBOOK' || /\.(py|ipynb)$/.test(object.path),
  }))
  const closure = await closureOf(entry.path, files, async (path) =>
    (await readFile(ctx, path)).toString('utf8'),
  )
  const inside = files.filter(({ path }) => closure.has(path))
  return Object.fromEntries(inside.map(({ path, hash }) => [path, hash]))
}

async function wheelHashes(ctx: Ctx, attempt: Attempt): Promise<Record<string, string>> {
  const wheels = wheelsOf(attempt).map(async (path) => [path, await hashFile(ctx, path)] as const)
  return Object.fromEntries(await Promise.all(wheels))
}

function packagesOf(lock: string): Record<string, string> {
  const pinned = [...lock.matchAll(/^([\w.-]+)==([^\s;]+)/gm)]
  return Object.fromEntries(pinned.map(([, name = '', version = '']) => [name, version]))
}

/** `base_parameters.day` and the like, each as text. */
function configurationOf({ task, settings }: Attempt): Record<string, string> {
  const found: Record<string, string> = {}
  for (const field of Object.keys(taskTypeSchemas) as TaskField[]) flatten(task[field], '', found)
  const variables = (settings.environment_variables ?? []).find(
    (candidate) => candidate.environment_variables_key === task.environment_variables_key,
  )
  flatten({ ...variables?.variables, ...variables?.spec?.variables }, 'variables', found)
  return found
}

function flatten(value: unknown, name: string, found: Record<string, string>): void {
  if (value === undefined) return
  if (typeof value !== 'object' || value === null) {
    found[name] = typeof value === 'string' ? value : JSON.stringify(value)
    return
  }
  for (const [key, inner] of Object.entries(value)) {
    flatten(inner, name === '' ? key : `${name}.${key}`, found)
  }
}

/** The task can ask for any value of the tasks before it, whether its settings name it or not. */
async function valuesBefore(
  ctx: Ctx,
  { run, settings, taskKey }: Attempt,
): Promise<Record<string, string>> {
  const before = tasksBefore(settings.tasks ?? [], taskKey)
  if (before.size === 0) return {}
  const values = await listTaskValues(ctx.db, run.runId)
  return Object.fromEntries(
    values
      .filter((value) => before.has(value.taskKey))
      .map((value) => [`tasks.${value.taskKey}.values.${value.name}`, value.value]),
  )
}

type Tasks = readonly {
  readonly task_key: string
  readonly depends_on?: readonly { readonly task_key: string }[]
  readonly for_each_task?: { readonly task: { readonly task_key: string } }
}[]

function tasksBefore(tasks: Tasks, taskKey: string): Set<string> {
  const upstream = (key: string) =>
    tasks
      .find((task) => task.task_key === key || task.for_each_task?.task.task_key === key)
      ?.depends_on?.map((dependency) => dependency.task_key) ?? []
  const found = new Set(upstream(taskKey))
  for (const key of found) for (const next of upstream(key)) found.add(next)
  return found
}
