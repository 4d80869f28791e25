import type { NewMetric } from '../types.ts'
import { f, type Decoded, type Field } from './fields.ts'
import { metric } from './shapes.ts'

const generic = f.list(f.json.or({}))

/**
 * The metrics of a batch. What clients send nearly always, plain values under plain names, is taken as
 * it comes; everything else is read, or refused, field by field.
 */
export const metricList: Field<readonly NewMetric[]> = {
  schema: f.list(f.message(metric).required).or([]).schema,
  read(value, path) {
    const items = generic.read(value, path) ?? []
    return items.map((item, index) => takePlain(item) ?? readOne(item, `${path}[${index}]`))
  },
}

function takePlain(item: unknown): NewMetric | undefined {
  if (typeof item !== 'object' || item === null) return undefined
  const raw = item as Readonly<Record<string, unknown>>
  const { key, value, timestamp, step = 0 } = raw
  if (typeof key !== 'string' || key === '' || typeof value !== 'number') return undefined
  if (!Number.isSafeInteger(timestamp) || !Number.isSafeInteger(step)) return undefined
  if (raw['model_id'] !== undefined || raw['dataset_name'] !== undefined) return undefined
  if (isMetricAlready(raw)) return item as NewMetric
  return { key, value, timestamp: timestamp as number, step: step as number }
}

/** Not so when a field that the wire does not have would be taken for one of ours. */
function isMetricAlready(raw: Readonly<Record<string, unknown>>): boolean {
  return raw['step'] !== undefined && raw['modelId'] === undefined
}

const one = f.message(metric).required

function readOne(item: unknown, path: string): NewMetric {
  return toNewMetric(one.read(item, path))
}

export function toNewMetric(wire: Decoded<typeof metric>): NewMetric {
  return {
    key: wire.key,
    value: wire.value,
    timestamp: wire.timestamp,
    step: wire.step,
    modelId: wire.model_id || undefined,
    datasetName: wire.dataset_name,
    datasetDigest: wire.dataset_digest,
  }
}
