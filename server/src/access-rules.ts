import { Permission, ResourceType, wholeWorkspace, type Resource } from './auth/index.ts'
import type { Call, Need } from './access-needs.ts'
import { jobNeeds } from './access-of-jobs.ts'

const { Read, Use, Edit, Manage } = Permission

/** What a call needs; nothing means that it only needs to be somebody. */
export function needsOf(call: Call): readonly Need[] {
  const rule = rules.find(([path]) => path.test(call.path))
  return rule ? rule[1](call) : [workspace(call)]
}

type Rule = readonly [path: RegExp, needs: (call: Call) => readonly Need[]]

const admin: readonly Need[] = [{ kind: 'admin' }]
const nothing: readonly Need[] = []

/** The first that fits counts; what fits none is of the workspace. */
const rules: readonly Rule[] = [
  // An import says who made what and when, and in which stage it is.
  [/^(tracking|registry)\/import$/, () => admin],
  [/^tracking\/gc$/, () => admin],
  // It removes what others have made.
  [/^compute\/gc$/, () => admin],
  [/^tracking\/run-groups$/, (call) => experimentNeeds(call, Read)],
  [/^mlflow\/(users|roles)\//, userNeeds],
  [/^mlflow\/(experiments|registered-models)\/permissions\//, permissionNeeds],
  [
    /^mlflow\/(experiments|runs|metrics|logged-models|traces|artifacts|get-trace-artifact)(\/|$)/,
    trackingNeeds,
  ],
  [/^mlflow\/(datasets|scorers)\//, evaluationNeeds],
  [
    /^mlflow\/(registered-models|model-versions|transition-requests|comments|databricks)\//,
    modelNeeds,
  ],
  [/^(mlflow\/)?(registry-)?webhooks(\/|$)/, (call) => (reads(call) ? [workspace(call)] : admin)],
  [/^mlflow\/server-(info|features)$/, () => nothing],
  [/^mlflow-artifacts\//, artifactNeeds],
  [/^\/v1\/traces$/, trackingNeeds],
  [/^\/get-artifact$/, trackingNeeds],
  [/^\/model-versions\/get-artifact$/, modelNeeds],
  [/\/invocations$/, (call) => [on(endpointOf(call), Use)]],
  [/^gates\/contracts\//, contractNeeds],
  [/^registry\//, modelNeeds],
  [/^(permissions\/)?jobs(\/|$)/, (call) => jobNeeds(call, workspace(call))],
  [/^(token|preview\/scim)\//, () => nothing],
  [/^auth\//, () => admin],
  // The pages of the web UI.
  [/^\//, (call) => (reads(call) ? nothing : [workspace(call)])],
]

function reads({ method }: Call): boolean {
  return method === 'GET'
}

function contractNeeds(call: Call): readonly Need[] {
  const model = { type: ResourceType.RegisteredModel, id: call.params['model'] ?? '*' }
  return [on(model, reads(call) ? Read : Manage)]
}

function workspace(call: Call): Need {
  return on(wholeWorkspace, reads(call) ? Read : Use)
}

function on(resource: Resource, level: Permission): Need {
  return { kind: 'on', resource, level }
}

function endpointOf({ params }: Call): Resource {
  return { type: ResourceType.ServingEndpoint, id: params['name'] ?? '*' }
}

const openToUsers = new Set([
  'mlflow/users/current',
  'mlflow/users/current/permissions',
  'mlflow/users/list',
])
const ownOnly = new Set([
  'mlflow/users/get',
  'mlflow/users/update-password',
  'mlflow/users/permissions/list',
  'mlflow/users/permissions/get',
  'mlflow/users/roles/list',
])

function userNeeds(call: Call): readonly Need[] {
  const { path, inputs } = call
  if (openToUsers.has(path)) return []
  if (ownOnly.has(path)) {
    const users = texts(inputs, ['username'])
    return users.length === 0 ? [{ kind: 'admin' }] : users.map((user) => ({ kind: 'self', user }))
  }
  if (!/\/permissions\/(grant|revoke)$/.test(path)) {
    return [{ kind: 'admin' }]
  }
  const [type] = texts(inputs, ['resource_type'])
  const [id] = texts(inputs, ['resource_id'])
  const known = Object.values(ResourceType).find((one) => one === type)
  if (known === undefined || id === undefined || id === '*') return [{ kind: 'admin' }]
  return [on({ type: known, id }, Manage)]
}

function permissionNeeds({ path, inputs }: Call): readonly Need[] {
  const isExperiment = path.startsWith('mlflow/experiments/')
  const type = isExperiment ? ResourceType.Experiment : ResourceType.RegisteredModel
  const ids = texts(inputs, [isExperiment ? 'experiment_id' : 'name'])
  return ids.length === 0 ? [{ kind: 'admin' }] : ids.map((id) => on({ type, id }, Manage))
}

const modelReads =
  /\/(registered-models\/(search|get-latest-versions)|model-versions\/search|comments\/create|transition-requests\/(create|delete))$/
const modelManagement =
  /\/(registered-models\/delete|model-versions\/delete|transition-requests\/(approve|reject))$/

function modelLevel(call: Call): Permission {
  if (reads(call) || modelReads.test(call.path)) return Read
  return modelManagement.test(call.path) ? Manage : Edit
}

// Anybody may make a model, and then manages it; answers of searches are filtered. Only its author
// may change a comment; the registry knows who that is.
const modelsOfNobody = /\/(registered-models\/create|comments\/(update|delete)|search)$/

function modelNeeds(call: Call): readonly Need[] {
  const { path, inputs } = call
  if (modelsOfNobody.test(path)) return nothing
  const names = texts(inputs, path.startsWith('registry/') ? ['name', 'model'] : ['name'])
  const level = modelLevel(call)
  const needs = names.map((id) => on({ type: ResourceType.RegisteredModel, id }, level))
  if (path.endsWith('/model-versions/create')) return [...needs, ...sourceNeeds(inputs)]
  return needs.length > 0 ? needs : [workspace(call)]
}

/** Whoever registers files must be allowed to read them. */
function sourceNeeds(inputs: readonly unknown[]): Need[] {
  const needs = belongings(inputs, Read)
  for (const source of texts(inputs, ['source'])) {
    const run = /^runs:\/+([^/]+)/.exec(source)?.[1]
    const model = /^models:\/+([^/@]+)/.exec(source)?.[1]
    const path = /^mlflow-artifacts:(?:\/\/[^/]*)?\/*(.*)$/.exec(source)?.[1]
    if (run) needs.push({ kind: 'belongs', what: { kind: 'run', id: run }, level: Read })
    if (model?.startsWith('m-')) {
      needs.push({ kind: 'belongs', what: { kind: 'logged_model', id: model }, level: Read })
    } else if (model) {
      needs.push(on({ type: ResourceType.RegisteredModel, id: model }, Read))
    }
    if (path !== undefined) needs.push(pathNeed(path, Read))
  }
  return needs
}

const trackingReads =
  /\/(search|search-datasets|batchGetInfos|presigned-download-url|calculate-filter-correlation|traces\/metrics)$/
const trackingManagement =
  /\/(experiments\/(delete|restore)|runs\/(delete|restore)|traces\/delete-traces)$/
/** Calls whose subject is a run and that only mention other things. */
const mentions = /\/(runs\/(log-inputs|outputs)|traces\/link-to-run)$/

function trackingNeeds(call: Call): readonly Need[] {
  const { path, inputs } = call
  if (path === 'mlflow/experiments/create') return createNeeds(call)
  if (path === 'mlflow/experiments/search') return nothing
  if (!mentions.test(path)) return experimentNeeds(call, trackingLevel(call))
  return [...belongings(inputs, Read), ...belongings(inputs, Edit, ['run_id', 'run_uuid'])]
}

function trackingLevel(call: Call): Permission {
  const { method, path } = call
  if (reads(call) || trackingReads.test(path)) return Read
  const removesModel = method === 'DELETE' && /\/logged-models\/[^/]+$/.test(path)
  return removesModel || trackingManagement.test(path) ? Manage : Edit
}

/** Anybody may make an experiment, but not with its files in a place of others. */
function createNeeds({ inputs }: Call): Need[] {
  return texts(inputs, ['artifact_location']).map((location) => {
    const path = /^mlflow-artifacts:(?:\/\/[^/]*)?\/*(.*)$/.exec(location)?.[1]
    return path === undefined ? on(wholeWorkspace, Use) : pathNeed(path, Edit)
  })
}

function experimentNeeds(call: Call, level: Permission): readonly Need[] {
  const needs = [
    ...belongings(call.inputs, level),
    ...texts(call.inputs, ['source_run_id']).map((id): Need => ({
      kind: 'belongs',
      what: { kind: 'run', id },
      level: Read,
    })),
  ]
  if (call.experimentHeader !== undefined) needs.push(onExperiment(call.experimentHeader, level))
  if (needs.length > 0) return needs
  // A run without an experiment goes to the default one.
  return call.path === 'mlflow/runs/create' ? [onExperiment('0', level)] : [workspace(call)]
}

const belongingFields = {
  run_id: 'run',
  run_uuid: 'run',
  run_ids: 'run',
  run_uuids: 'run',
  model_id: 'logged_model',
  trace_id: 'trace',
  trace_ids: 'trace',
  request_id: 'trace',
  request_ids: 'trace',
  experiment_name: 'experiment_name',
} as const

function belongings(
  inputs: readonly unknown[],
  level: Permission,
  fields: readonly string[] = [...Object.keys(belongingFields), 'experiment_id', 'experiment_ids'],
): Need[] {
  return named(inputs, fields).map(([field, id]) =>
    field === 'experiment_id' || field === 'experiment_ids'
      ? onExperiment(id, level)
      : {
          kind: 'belongs',
          what: { kind: belongingFields[field as keyof typeof belongingFields], id },
          level,
        },
  )
}

/** An experiment's id as its handlers read it: `5`, ` +5` and `05` are one. */
function onExperiment(text: string, level: Permission): Need {
  const id = /^\s*[+-]?\d{1,15}\s*$/.test(text) ? String(Number(text)) : text
  return on({ type: ResourceType.Experiment, id }, level)
}

const judgedFields = { dataset_id: 'dataset' } as const

function evaluationNeeds(call: Call): readonly Need[] {
  const { path, inputs, method } = call
  // Answers of a search are filtered.
  if (path === 'mlflow/datasets/search') return belongings(inputs, Read, ['experiment_ids'])
  const isDatasetGone = method === 'DELETE' && path === 'mlflow/datasets/:dataset_id'
  const level = reads(call) ? Read : isDatasetGone ? Manage : Edit
  const judged = named(inputs, Object.keys(judgedFields)).map(([field, id]): Need => ({
    kind: 'judged',
    what: { kind: judgedFields[field as keyof typeof judgedFields], id },
    level,
  }))
  const needs = [...judged, ...belongings(inputs, level, ['experiment_id', 'experiment_ids'])]
  return needs.length > 0 ? needs : [workspace(call)]
}

function artifactNeeds(call: Call): readonly Need[] {
  const { method, inputs, params } = call
  const level = method === 'GET' ? Read : method === 'DELETE' ? Manage : Edit
  const inPath = params['*']
  const paths = inPath === undefined ? texts(inputs, ['path']) : [inPath]
  if (paths.length === 0) return [workspace(call)]
  return paths.map((one) => pathNeed(one, level))
}

/** An experiment's artifacts are in the folder of its number; other folders are everyone's. */
function pathNeed(path: string, level: Permission): Need {
  const [folder = ''] = path.replace(/^\/+/, '').split('/')
  if (/^\d+$/.test(folder)) return onExperiment(folder, level)
  return on(wholeWorkspace, level === Read ? Read : Use)
}

function texts(inputs: readonly unknown[], fields: readonly string[]): string[] {
  return named(inputs, fields).map(([, text]) => text)
}

/** Every value of the fields, wherever they are, each once. */
function named(
  inputs: readonly unknown[],
  fields: readonly string[],
): (readonly [field: string, text: string])[] {
  const wanted = new Set(fields)
  const found = new Map<string, readonly [string, string]>()
  const note = (field: string, value: unknown): void => {
    const text = scalar(value)
    if (text !== '') found.set(`${field} ${text}`, [field, text])
  }
  const walk = (value: unknown, depth: number): void => {
    if (typeof value !== 'object' || value === null || depth > 8) return
    if (Array.isArray(value)) {
      for (const item of value) walk(item, depth + 1)
      return
    }
    for (const [key, inner] of Object.entries(value)) {
      if (!wanted.has(key)) walk(inner, depth + 1)
      else if (Array.isArray(inner)) for (const item of inner) note(key, item)
      else note(key, inner)
    }
  }
  for (const input of inputs) walk(input, 0)
  return [...found.values()]
}

function scalar(value: unknown): string {
  if (typeof value === 'string') return value
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : ''
}
