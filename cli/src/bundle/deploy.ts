import { isDeepStrictEqual } from 'node:util'
import { MillraceApiError, type Job, type JobSettings, type Millrace } from '@millrace/sdk'
import { formatValue } from '../output.ts'
import { listBundleFiles, readBundleFile } from './files.ts'
import type { Bundle, GitState, Resource } from './types.ts'
import { fillIn } from './variables.ts'

export interface PlannedChange {
  /** `jobs.churn-pipeline`. */
  readonly resource: string
  readonly action: 'create' | 'update' | 'keep' | 'delete'
  readonly name: string
}

export interface Plan {
  readonly files: readonly string[]
  readonly changes: readonly PlannedChange[]
}

export interface DeployResult extends Plan {
  readonly deployment_id: string
  /** What each resource is on the server: `jobs.churn-pipeline` → `{ id: 12 }`. */
  readonly resources: Readonly<Record<string, Made>>
}

interface Made {
  readonly id?: number | string
  readonly name: string
}

const uploadsAtOnce = 8

/** What a deploy would do, without doing it. */
export async function planBundle(millrace: Millrace, bundle: Bundle): Promise<Plan> {
  const before = await lastResources(millrace, bundle)
  const changes: PlannedChange[] = []
  for (const resource of bundle.resources) {
    changes.push(await planResource(millrace, resource, before))
  }
  for (const [name, made] of Object.entries(before)) {
    if (bundle.resources.some((resource) => nameOf(resource) === name)) continue
    changes.push({ resource: name, action: 'delete', name: made.name })
  }
  return { files: await listBundleFiles(bundle), changes }
}

/** Uploads the files, makes or changes the resources, and records what was deployed from where. */
export async function deployBundle(
  millrace: Millrace,
  bundle: Bundle,
  git: GitState,
): Promise<DeployResult> {
  const plan = await planBundle(millrace, bundle)
  const before = await lastResources(millrace, bundle)
  await uploadFiles(millrace, bundle, plan.files)
  const made: Record<string, Made> = {}
  for (const resource of inOrder(bundle.resources)) {
    made[nameOf(resource)] = await apply(millrace, { resource, made, before, bundle })
  }
  for (const change of plan.changes.filter((one) => one.action === 'delete')) {
    await remove(millrace, change.resource, before[change.resource])
  }
  const deployment = await millrace.workspace.recordDeployment({
    name: bundle.name,
    target: bundle.target,
    root_path: bundle.rootPath,
    commit: git.commit,
    branch: git.branch,
    dirty_diff: git.dirtyDiff,
    resources: made,
  })
  return { ...plan, deployment_id: deployment.id, resources: made }
}

async function uploadFiles(
  millrace: Millrace,
  bundle: Bundle,
  files: readonly string[],
): Promise<void> {
  const folders = new Set(files.map((file) => file.split('/').slice(0, -1).join('/')))
  for (const folder of folders) {
    await millrace.workspace.makeDirectories(`${bundle.filePath}/${folder}`.replace(/\/$/, ''))
  }
  const queue = [...files]
  const upload = async (): Promise<void> => {
    for (let file = queue.shift(); file !== undefined; file = queue.shift()) {
      const content = await readBundleFile(bundle, file)
      await millrace.workspace.importFile(`${bundle.filePath}/${file}`, content)
    }
  }
  await Promise.all(Array.from({ length: uploadsAtOnce }, upload))
  await removeStale(millrace, bundle, files)
}

// Files that the bundle no longer has would still be found by an import.
async function removeStale(
  millrace: Millrace,
  bundle: Bundle,
  files: readonly string[],
): Promise<void> {
  const kept = new Set(
    files.flatMap((file) => {
      const path = `${bundle.filePath}/${file}`
      return [path, path.replace(/\.[A-Za-z]+$/, '')]
    }),
  )
  const visit = async (folder: string): Promise<void> => {
    for (const object of await millrace.workspace.list(folder)) {
      if (object.object_type === 'DIRECTORY') {
        const isNeeded = [...kept].some((path) => path.startsWith(`${object.path}/`))
        if (isNeeded) await visit(object.path)
        else await millrace.workspace.delete(object.path, { recursive: true })
      } else if (!kept.has(object.path)) await millrace.workspace.delete(object.path)
    }
  }
  if (files.length > 0) await visit(bundle.filePath)
}

/** Those that others refer to come first. */
function inOrder(resources: readonly Resource[]): Resource[] {
  const ordered: Resource[] = []
  const visit = (resource: Resource, above: readonly Resource[]): void => {
    if (ordered.includes(resource)) return
    if (above.includes(resource)) throw resource.problem([], 'refers to itself in a circle')
    const text = JSON.stringify(resource.settings)
    for (const other of resources) {
      const isUsed = text.includes(`\${resources.${nameOf(other)}.`)
      if (isUsed) visit(other, [...above, resource])
    }
    ordered.push(resource)
  }
  for (const resource of resources) visit(resource, [])
  return ordered
}

interface Step {
  readonly resource: Resource
  /** What this deploy has made so far. */
  readonly made: Readonly<Record<string, Made>>
  /** What the deploy before this one made. */
  readonly before: Readonly<Record<string, Made>>
  readonly bundle: Bundle
}

async function apply(millrace: Millrace, step: Step): Promise<Made> {
  const { resource, made } = step
  const ids = (reference: string): unknown => {
    const name = reference.replace(/^resources\./, '').replace(/\.id$/, '')
    return made[name]?.id
  }
  const settings = fillIn(resource.settings, ids, (_, error) => error) as Record<string, unknown>
  switch (resource.kind) {
    case 'jobs':
      return applyJob(millrace, settings as JobSettings, step)
    case 'gates': {
      const model = String(settings['model'])
      await millrace.gates.putContract(model, String(settings['contract']))
      return { id: model, name: model }
    }
    case 'webhooks':
      return applyWebhook(millrace, settings, step)
    case 'monitors':
      await millrace.http.call('POST', '/api/millrace/1.0/monitors', {
        body: { name: resource.key, ...settings },
      })
      return { id: resource.key, name: resource.key }
  }
}

async function applyJob(
  millrace: Millrace,
  given: JobSettings,
  { resource, before, bundle }: Step,
): Promise<Made> {
  const deployment = {
    kind: 'BUNDLE',
    metadata_file_path: `${bundle.rootPath}/state/metadata.json`,
  }
  const settings: JobSettings = { ...given, deployment, format: 'MULTI_TASK' }
  const found = await findJob(millrace, settings.name, before[nameOf(resource)])
  if (!found) return { id: await millrace.jobs.create(settings), name: settings.name }
  if (!contains(found.settings, settings)) await millrace.jobs.reset(found.job_id, settings)
  return { id: found.job_id, name: settings.name }
}

async function applyWebhook(
  millrace: Millrace,
  settings: Readonly<Record<string, unknown>>,
  { resource, before }: Step,
): Promise<Made> {
  const path = '/api/2.0/mlflow/registry-webhooks'
  const body = withTextJobId(settings)
  const { webhooks = [] } = await millrace.http.call<{ webhooks?: { id: string }[] }>(
    'GET',
    `${path}/list`,
  )
  const known = before[nameOf(resource)]?.id
  if (webhooks.some((webhook) => webhook.id === known)) {
    await millrace.http.call('PATCH', `${path}/update`, { body: { ...body, id: known } })
    return { id: String(known), name: resource.key }
  }
  const { webhook } = await millrace.http.call<{ webhook: { id: string } }>(
    'POST',
    `${path}/create`,
    { body },
  )
  return { id: webhook.id, name: resource.key }
}

/** The one id on this wire that is a text. */
function withTextJobId(settings: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const spec = settings['job_spec'] as Readonly<Record<string, unknown>> | undefined
  return spec
    ? { ...settings, job_spec: { ...spec, job_id: String(spec['job_id']) } }
    : { ...settings }
}

async function remove(millrace: Millrace, resource: string, made: Made | undefined): Promise<void> {
  const id = made?.id
  const query = { id: String(id) }
  if (resource.startsWith('jobs.')) await millrace.jobs.delete(Number(id))
  if (resource.startsWith('webhooks.')) {
    await millrace.http.call('DELETE', '/api/2.0/mlflow/registry-webhooks/delete', { query })
  }
  if (resource.startsWith('monitors.')) {
    await millrace.http.call('DELETE', `/api/millrace/1.0/monitors/${encodeURIComponent(query.id)}`)
  }
}

async function planResource(
  millrace: Millrace,
  resource: Resource,
  before: Readonly<Record<string, Made>>,
): Promise<PlannedChange> {
  const known = before[nameOf(resource)]
  const name = formatValue(resource.settings['name'] ?? resource.settings['model'] ?? resource.key)
  if (resource.kind !== 'jobs') {
    return { resource: nameOf(resource), action: known ? 'update' : 'create', name }
  }
  const found = await findJob(millrace, name, known)
  const wanted = fillIn(
    resource.settings,
    (reference) => before[reference.replace(/^resources\./, '').replace(/\.id$/, '')]?.id,
    (_, error) => error,
  )
  const action = !found ? 'create' : contains(found.settings, wanted) ? 'keep' : 'update'
  return { resource: nameOf(resource), action, name }
}

/** The job that the last deploy made, whatever it is called now; otherwise the one of that name. */
async function findJob(
  millrace: Millrace,
  name: string,
  known: Made | undefined,
): Promise<Job | undefined> {
  if (known?.id === undefined) return millrace.jobs.findByName(name)
  return millrace.jobs.get(Number(known.id)).catch((error: unknown) => {
    if (error instanceof MillraceApiError && error.status < 500) {
      return millrace.jobs.findByName(name)
    }
    throw error
  })
}

/** Whether everything that we say is so already; what the server added does not matter. */
function contains(found: unknown, wanted: unknown): boolean {
  if (Array.isArray(wanted)) {
    if (!Array.isArray(found) || found.length !== wanted.length) return false
    return wanted.every((item, index) => contains(found[index], item))
  }
  if (typeof wanted !== 'object' || wanted === null) return isDeepStrictEqual(found, wanted)
  if (typeof found !== 'object' || found === null) return false
  return Object.entries(wanted).every(([key, value]) =>
    contains((found as Record<string, unknown>)[key], value),
  )
}

async function lastResources(
  millrace: Millrace,
  bundle: Bundle,
): Promise<Readonly<Record<string, Made>>> {
  const [last] = await millrace.workspace.listDeployments({
    name: bundle.name,
    target: bundle.target,
  })
  const isSame = last?.root_path === bundle.rootPath
  return isSame ? (last.resources as Readonly<Record<string, Made>>) : {}
}

function nameOf(resource: { readonly kind: string; readonly key: string }): string {
  return `${resource.kind}.${resource.key}`
}
