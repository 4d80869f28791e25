import { posix } from 'node:path'
import { trackingErrors } from './errors.ts'
import type { KeyValue, NewMetric } from './types.ts'

/** MLflow's limits; lengths are characters. */
export const limits = {
  key: 250,
  paramValue: 6_000,
  tagValue: 8_000,
  experimentName: 500,
  experimentTagValue: 20_000,
  artifactLocation: 2_048,
  batchMetrics: 1_000,
  batchParams: 100,
  batchTags: 100,
  batchAll: 1_000,
  datasetName: 500,
  datasetDigest: 36,
  datasetSchema: 1_048_575,
  datasetSource: 65_535,
  datasetProfile: 16_777_215,
  inputTagKey: 255,
  inputTagValue: 500,
} as const

const nameCharacters = /^[/\p{L}\p{N}\p{M}_.\- :]*$/u
const plainName = /^[A-Za-z0-9_-]+$/

/** Keys of metrics, params and tags: MLflow's characters, and a path that means itself. */
export function checkKey(key: string, path: string, what = path): void {
  if (plainName.test(key) && key.length <= limits.key) return
  if (!nameCharacters.test(key)) {
    throw invalidValue(
      path,
      key,
      'Names may only contain alphanumerics, underscores (_), dashes (-), periods (.), spaces ( ), colon(:) and slashes (/).',
    )
  }
  const normal = key === '' ? '.' : posix.normalize(key).replace(/(?<=.)\/$/, '')
  if (normal !== key || normal === '.' || normal.startsWith('..') || normal.startsWith('/')) {
    throw invalidValue(
      path,
      key,
      `Names may be treated as files in certain cases, and must not resolve to other names when treated as such. This name would resolve to '${normal}'`,
    )
  }
  checkLength(what, key, limits.key)
}

export function checkLength(what: string, value: string, limit: number): void {
  if (value.length <= limit) return
  throw trackingErrors.TRACKING_INVALID(
    `'${what}' exceeds the maximum length of ${limit} characters`,
  )
}

export function invalidValue(path: string, value: unknown, hint: string): Error {
  const text = JSON.stringify(value)
  const shown = text.length > 500 ? `${text.slice(0, 500)}…` : text
  return trackingErrors.TRACKING_INVALID(
    `Invalid value ${shown} for parameter '${path}' supplied: ${hint}`,
  )
}

/** The metric as it is kept: NaN stays, infinities become the largest double. `index` is its place in a batch. */
export function checkMetric(metric: NewMetric, index?: number): NewMetric {
  const { key, value, timestamp } = metric
  const isPlain = plainName.test(key) && key.length <= limits.key && timestamp >= 0
  if (isPlain && Math.abs(value) !== Number.POSITIVE_INFINITY) return metric
  return checkOddMetric(metric, index === undefined ? '' : `metrics[${index}].`)
}

/** The metrics of a batch, which nearly always have few names. */
export function checkMetrics(metrics: readonly NewMetric[]): readonly NewMetric[] {
  const plain = new Set<string>()
  return metrics.map((metric, index) => {
    const { key, value, timestamp } = metric
    const isKnown = plain.has(key) && timestamp >= 0
    if (isKnown && Math.abs(value) !== Number.POSITIVE_INFINITY) return metric
    const checked = checkMetric(metric, index)
    if (checked === metric) plain.add(key)
    return checked
  })
}

function checkOddMetric(metric: NewMetric, path: string): NewMetric {
  checkKey(metric.key, `${path}name`, 'Metric name')
  if (metric.timestamp < 0) {
    throw invalidValue(
      `${path}timestamp`,
      metric.timestamp,
      `metric '${metric.key}' (value=${metric.value}). Timestamp must be a nonnegative long (64-bit integer) `,
    )
  }
  if (metric.value === Number.POSITIVE_INFINITY) return { ...metric, value: Number.MAX_VALUE }
  if (metric.value === Number.NEGATIVE_INFINITY) return { ...metric, value: -Number.MAX_VALUE }
  return metric
}

/** Long values are cut, as MLflow's server does by default. */
export function checkParam(param: KeyValue, path = ''): KeyValue {
  checkKey(param.key, `${path}key`, 'Param key')
  return cut(param, limits.paramValue)
}

export function checkTag(tag: KeyValue, path = ''): KeyValue {
  checkKey(tag.key, `${path}key`)
  return cut(tag, limits.tagValue)
}

function cut(pair: KeyValue, limit: number): KeyValue {
  return pair.value.length <= limit ? pair : { key: pair.key, value: pair.value.slice(0, limit) }
}

const runIdPattern = /^[a-zA-Z0-9][\w-]{0,255}$/

export function checkRunId(runId: string): void {
  if (runIdPattern.test(runId)) return
  throw trackingErrors.TRACKING_INVALID(
    `Invalid value ${JSON.stringify(runId)} for parameter 'run_id' supplied.`,
  )
}

/** An experiment's id is text on the wire and a whole number inside. */
export function parseExperimentId(text: string): number {
  const id = /^\s*[+-]?\d{1,15}\s*$/.test(text) ? Number(text) : Number.NaN
  if (!Number.isNaN(id)) return id
  // A number too large to exist is still a number.
  if (/^\d+$/.test(text)) return -1
  throw trackingErrors.TRACKING_INVALID(
    `Invalid experiment ID '${text}'. Experiment ID must be a valid integer.`,
  )
}
