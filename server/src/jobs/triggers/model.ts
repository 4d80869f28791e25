import type { ForeignEvent } from '../foreign-events.ts'
import { TriggerType } from '../types.ts'
import type { TriggerKind } from './contract.ts'
import { debounce, debounced } from './debounce.ts'
import type { ModelTrigger } from './schemas.ts'

const eventOf = {
  MODEL_CREATED: 'registry.model_created',
  MODEL_VERSION_READY: 'registry.version_created',
  MODEL_ALIAS_SET: 'registry.alias_set',
} as const

/** Runs when a model, a version or an alias appears in the registry. */
export const modelTrigger: TriggerKind<ModelTrigger> = {
  arm: () => ({ nextAt: null, state: {} }),
  events: Object.values(eventOf),
  happened: (spec, state, { now, event }) => {
    if (event.type !== eventOf[spec.condition] || !concerns(spec, event)) return undefined
    const pending = { condition: spec.condition, ...event.payload }
    return debounce(spec, state, { now, pending, type: TriggerType.Model, why: describe(event) })
  },
  due: (spec, state, { now }) =>
    debounced(spec, state, { now, type: TriggerType.Model, why: 'Models have changed' }),
}

function concerns(spec: ModelTrigger, { payload }: ForeignEvent): boolean {
  if (!('name' in payload)) return false
  const { name } = payload
  const asked = spec.securable_name ?? ''
  if (asked !== '' && name !== asked && !name.startsWith(`${asked}.`)) return false
  return !('alias' in payload) || (spec.aliases ?? []).includes(payload.alias)
}

function describe({ payload }: ForeignEvent): string {
  const { name, version, alias } = payload as { name: string; version?: number; alias?: string }
  const what = version === undefined ? `Model ${name}` : `Version ${version} of model ${name}`
  return alias === undefined ? `${what} was created` : `${what} became ${alias}`
}
