import { createHmac } from 'node:crypto'
import type { PlatformEvent } from '../../core/index.ts'
import { asModelEvent, type Dialect, type ModelEvent, type ModelEventType } from './contract.ts'

interface Shape {
  readonly names: (event: ModelEvent) => readonly string[]
  readonly fields: (event: ModelEvent) => Record<string, unknown>
  readonly text: (event: ModelEvent) => string
}

const stages = ['STAGING', 'PRODUCTION', 'ARCHIVED'] as const

function version(e: ModelEvent): string {
  return `Registered model '${e.name}' version ${e.version}`
}

const shapes: Partial<Record<ModelEventType, Shape>> = {
  'registry.model_created': {
    names: () => ['REGISTERED_MODEL_CREATED'],
    fields: () => ({}),
    text: (e) => `Registered model '${e.name}' created.`,
  },
  'registry.version_created': {
    names: () => ['MODEL_VERSION_CREATED'],
    fields: (e) => ({ to_stage: 'None', run_id: e.run_id ?? undefined }),
    text: (e) => `${version(e)} created.`,
  },
  'registry.version_tag_set': {
    names: () => ['MODEL_VERSION_TAG_SET'],
    fields: (e) => ({ tags: [{ key: e.key, value: e.value }] }),
    text: (e) => `${version(e)} was tagged ${e.key}=${e.value}.`,
  },
  'registry.version_stage_changed': {
    names: (e) => [
      ...toStage('MODEL_VERSION_TRANSITIONED_TO', e.to),
      'MODEL_VERSION_TRANSITIONED_STAGE',
    ],
    fields: (e) => ({ from_stage: e.from, to_stage: e.to }),
    text: (e) =>
      `${version(e)} transitioned from ${e.from} to ${e.to}.${e.comment ? ` ${e.comment}` : ''}`,
  },
  'registry.request_created': {
    names: (e) => [
      ...toStage('TRANSITION_REQUEST_TO', e.stage).map((name) => `${name}_CREATED`),
      'TRANSITION_REQUEST_CREATED',
    ],
    fields: (e) => ({ to_stage: e.stage }),
    text: (e) => `${e.creator ?? 'Someone'} asks to move ${version(e)} to ${e.stage}.`,
  },
  'registry.comment_created': {
    names: () => ['COMMENT_CREATED'],
    fields: (e) => ({ comment: e.comment }),
    text: (e) => `New comment on ${version(e)}: ${e.comment}`,
  },
}

function toStage(prefix: string, stage: string | undefined): readonly string[] {
  const upper = stage?.toUpperCase()
  return stages.filter((known) => known === upper).map((known) => `${prefix}_${known}`)
}

const exampleEvent: ModelEvent = {
  name: 'example_model',
  version: 1,
  key: 'example_key',
  value: 'example_value',
  from: 'None',
  to: 'Production',
  stage: 'Production',
  comment: 'An example',
  creator: 'someone',
}

/** Databricks' registry webhooks: a flat body whose `text` a Slack hook shows as it is. */
export const databricksDialect: Dialect = {
  events: [
    'REGISTERED_MODEL_CREATED',
    'MODEL_VERSION_CREATED',
    'MODEL_VERSION_TAG_SET',
    'MODEL_VERSION_TRANSITIONED_STAGE',
    ...stages.map((stage) => `MODEL_VERSION_TRANSITIONED_TO_${stage}`),
    'TRANSITION_REQUEST_CREATED',
    ...stages.map((stage) => `TRANSITION_REQUEST_TO_${stage}_CREATED`),
    'COMMENT_CREATED',
  ],
  translate(event: PlatformEvent) {
    const { type, payload } = asModelEvent(event)
    const shape = shapes[type]
    if (!shape) return undefined
    return {
      names: shape.names(payload),
      modelName: payload.name,
      body: (name, webhookId) => flat(shape, payload, { name, webhookId, at: event.createdAt }),
    }
  },
  headers({ deliveryId, body, secret, authorization }) {
    return {
      'content-type': 'application/json',
      // Databricks sends none; a receiver tells by it that it has seen a delivery before.
      'x-millrace-delivery-id': deliveryId,
      ...(authorization === undefined ? {} : { authorization }),
      ...(secret === undefined
        ? {}
        : { 'x-databricks-signature': createHmac('sha256', secret).update(body).digest('hex') }),
    }
  },
  example(name, webhookId, now) {
    const shape = Object.values(shapes).find((s) => s.names(exampleEvent).includes(name))
    const fallback = { names: () => [name], fields: () => ({}), text: () => `Test of ${name}.` }
    return flat(shape ?? fallback, exampleEvent, { name, webhookId, at: now })
  },
}

interface Sent {
  readonly name: string
  readonly webhookId: string
  readonly at: Date
}

function flat(shape: Shape, event: ModelEvent, sent: Sent): Record<string, unknown> {
  return {
    event: sent.name,
    webhook_id: sent.webhookId,
    event_timestamp: sent.at.getTime(),
    model_name: event.name,
    ...(event.version === undefined ? {} : { version: String(event.version) }),
    ...shape.fields(event),
    text: shape.text(event),
  }
}
