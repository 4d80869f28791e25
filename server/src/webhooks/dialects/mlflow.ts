import { createHmac } from 'node:crypto'
import type { PlatformEvent } from '../../core/index.ts'
import { asModelEvent, type Dialect, type ModelEvent, type ModelEventType } from './contract.ts'

type Shape = readonly [name: string, data: (event: ModelEvent) => Record<string, unknown>]

const shapes: Partial<Record<ModelEventType, Shape>> = {
  'registry.model_created': [
    'registered_model.created',
    (e) => ({ name: e.name, tags: e.tags ?? {}, description: e.description ?? null }),
  ],
  'registry.version_created': [
    'model_version.created',
    (e) => ({
      name: e.name,
      version: String(e.version),
      source: e.source ?? '',
      run_id: e.run_id ?? null,
      tags: e.tags ?? {},
      description: e.description ?? null,
    }),
  ],
  'registry.version_tag_set': [
    'model_version_tag.set',
    (e) => ({ name: e.name, version: String(e.version), key: e.key, value: e.value }),
  ],
  'registry.version_tag_deleted': [
    'model_version_tag.deleted',
    (e) => ({ name: e.name, version: String(e.version), key: e.key }),
  ],
  'registry.alias_set': [
    'model_version_alias.created',
    (e) => ({ name: e.name, alias: e.alias, version: String(e.version) }),
  ],
  'registry.alias_deleted': [
    'model_version_alias.deleted',
    (e) => ({ name: e.name, alias: e.alias }),
  ],
}

/** Names that a client may subscribe to although nothing here raises them yet. */
const promptEvents = [
  'prompt.created',
  'prompt_version.created',
  'prompt_tag.set',
  'prompt_tag.deleted',
  'prompt_version_tag.set',
  'prompt_version_tag.deleted',
  'prompt_alias.created',
  'prompt_alias.deleted',
]

const exampleEvent: ModelEvent = {
  name: 'example_model',
  version: 1,
  source: 'models:/m-0123456789abcdef0123456789abcdef',
  run_id: '0123456789abcdef0123456789abcdef',
  tags: { example_key: 'example_value' },
  description: 'An example',
  key: 'example_key',
  value: 'example_value',
  alias: 'example_alias',
}

/** MLflow's own webhooks: `{entity, action, timestamp, data}`, signed as Standard Webhooks do. */
export const mlflowDialect: Dialect = {
  events: [...Object.values(shapes).map(([name]) => name), ...promptEvents],
  translate(event: PlatformEvent) {
    const { type, payload } = asModelEvent(event)
    const shape = shapes[type]
    if (!shape) return undefined
    const [name, data] = shape
    return {
      names: [name],
      modelName: payload.name,
      body: () => envelope(name, event.createdAt, data(payload)),
    }
  },
  headers({ deliveryId, body, secret, now }) {
    const timestamp = String(Math.floor(now.getTime() / 1000))
    const plain = {
      'content-type': 'application/json',
      'x-mlflow-delivery-id': deliveryId,
      'x-mlflow-timestamp': timestamp,
    }
    if (secret === undefined) return plain
    const digest = createHmac('sha256', secret)
      .update(`${deliveryId}.${timestamp}.${body}`)
      .digest('base64')
    return { ...plain, 'x-mlflow-signature': `v1,${digest}` }
  },
  example(name, _webhookId, now) {
    const shape = Object.values(shapes).find(([known]) => known === name)
    return envelope(name, now, shape ? shape[1](exampleEvent) : { name: exampleEvent.name })
  },
}

function envelope(name: string, at: Date, data: Record<string, unknown>): Record<string, unknown> {
  const [entity, action] = name.split('.')
  return { entity, action, timestamp: at.toISOString().replace('Z', '+00:00'), data }
}
