import type { Ctx, Script } from '../core/index.ts'
import { trackingErrors } from './errors.ts'
import { runWithKeys, type Keys } from './keys.ts'
import { noteLogged } from './metric-log-tasks.ts'
import { insertMetrics, insertModelMetric } from './metric-store.ts'
import { getActiveRun, getRunKey, writeTag } from './run-service.ts'
import { findTag, insertParam, type RunKey, type RunRow } from './run-store.ts'
import type { KeyValue, NewMetric } from './types.ts'
import { checkMetric, checkMetrics, checkParam, checkTag, limits } from './validation.ts'

/** Logs one value; the same value again changes nothing. Resolves once it is durable. */
export async function logMetric(ctx: Ctx, runId: string, metric: NewMetric): Promise<void> {
  const checked = checkMetric(metric)
  const logged = await runWithKeys(ctx, function* log(keys) {
    return yield* writeMetrics(keys, yield* getRunKey(runId), [checked])
  })
  noteLogged(ctx, logged)
}

/** Logs a param; the same value again is fine, another one is refused. */
export async function logParam(ctx: Ctx, runId: string, param: KeyValue): Promise<void> {
  const checked = checkParam(param)
  await runWithKeys(ctx, function* log(keys) {
    const existing = yield* insertParam(keys, yield* getActiveRun(runId), checked)
    if (existing !== undefined && existing !== checked.value) {
      const change = { key: checked.key, old: existing, new: checked.value }
      throw trackingErrors.TRACKING_PARAM_CHANGED(runId, change)
    }
  })
}

const modelHistoryTag = 'mlflow.log-model.history'

/** Adds a model's description (JSON) to the tag in which clients before MLflow 3 keep them. */
export async function logModelHistory(ctx: Ctx, runId: string, modelJson: string): Promise<void> {
  const model = parseModel(modelJson)
  await runWithKeys(ctx, function* log(keys) {
    const run = yield* getActiveRun(runId)
    const history = parseHistory(yield* findTag(run, modelHistoryTag))
    const value = JSON.stringify([...history, model])
    yield* writeTag(keys, run, { key: modelHistoryTag, value })
  })
}

const modelFields = ['artifact_path', 'flavors', 'utc_time_created', 'run_id']

function parseModel(modelJson: string): object {
  const model = parseJson(modelJson)
  if (typeof model !== 'object' || model === null) {
    throw trackingErrors.TRACKING_INVALID(`Malformed model info. \n '${modelJson.slice(0, 200)}'`)
  }
  const missing = modelFields.filter((field) => !(field in model))
  if (missing.length === 0) return model
  throw trackingErrors.TRACKING_INVALID(
    `Model json is missing mandatory fields: ${missing.join(', ')}`,
  )
}

function parseHistory(value: string | undefined): readonly unknown[] {
  const history = value === undefined ? [] : parseJson(value)
  return Array.isArray(history) ? history : []
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined
  }
}

export interface LogBatchInput {
  readonly runId: string
  readonly metrics?: readonly NewMetric[] | undefined
  readonly params?: readonly KeyValue[] | undefined
  readonly tags?: readonly KeyValue[] | undefined
}

/** Logs all of it or, when any part is refused, nothing. */
export async function logBatch(ctx: Ctx, input: LogBatchInput): Promise<void> {
  const batch = checkBatch(input)
  const logged = await runWithKeys(ctx, function* log(keys) {
    const run = yield* getActiveRun(input.runId)
    yield* writeParams(keys, run, batch.params)
    const points = yield* writeMetrics(keys, run, batch.metrics)
    for (const tag of batch.tags) yield* writeTag(keys, run, tag)
    return points
  })
  noteLogged(ctx, logged)
}

function* writeMetrics(keys: Keys, run: RunKey, metrics: readonly NewMetric[]): Script<number> {
  const logged = yield* insertMetrics(keys, run, metrics)
  for (const metric of metrics) {
    const { modelId } = metric
    if (!modelId) continue
    const known = yield* insertModelMetric(run, { ...metric, modelId })
    if (!known) throw trackingErrors.TRACKING_MODEL_NOT_FOUND(modelId)
  }
  return logged
}

function* writeParams(keys: Keys, run: RunRow, params: readonly KeyValue[]): Script<void> {
  const changes: object[] = []
  for (const { key, value } of params) {
    const existing = yield* insertParam(keys, run, { key, value })
    if (existing === undefined || existing === value) continue
    changes.push({ key, old_value: existing, new_value: value })
  }
  if (changes.length === 0) return
  throw trackingErrors.TRACKING_PARAMS_CHANGED(run.run_id, pythonList(changes))
}

/** The list as Python writes it. */
function pythonList(changes: readonly object[]): string {
  const items = changes.map((change) => {
    const pairs = Object.entries(change).map(([key, value]) => `'${key}': '${String(value)}'`)
    return `{${pairs.join(', ')}}`
  })
  return `[${items.join(', ')}]`
}

interface Batch {
  readonly metrics: readonly NewMetric[]
  readonly params: readonly KeyValue[]
  readonly tags: readonly KeyValue[]
}

function checkBatch(input: LogBatchInput): Batch {
  const { metrics = [], params = [], tags = [] } = input
  checkCount('metrics', metrics.length, limits.batchMetrics)
  checkCount('params', params.length, limits.batchParams)
  checkCount('tags', tags.length, limits.batchTags)
  const all = metrics.length + params.length + tags.length
  checkCount('metrics, params, and tags', all, limits.batchAll)
  const batch = {
    metrics: checkMetrics(metrics),
    params: params.map((param, index) => checkParam(param, `params[${index}].`)),
    tags: tags.map((tag, index) => checkTag(tag, `tags[${index}].`)),
  }
  refuseDuplicates(batch.params)
  return batch
}

function checkCount(what: string, count: number, limit: number): void {
  if (count <= limit) return
  throw trackingErrors.TRACKING_INVALID(
    `A batch logging request can contain at most ${limit} ${what}. Got ${count} ${what}. Please split up ${what} across multiple requests and try again.`,
  )
}

function refuseDuplicates(params: readonly KeyValue[]): void {
  const seen = new Set<string>()
  const twice = params.filter(({ key }) => seen.size === seen.add(key).size).map(({ key }) => key)
  if (twice.length === 0) return
  const names = twice.map((key) => `'${key}'`).join(', ')
  throw trackingErrors.TRACKING_INVALID(
    `Duplicate parameter keys have been submitted: [${names}]. Please ensure the request contains only one param value per param key.`,
  )
}
