import { posix } from 'node:path'
import { checkLength, invalidValue, type KeyValue } from '../tracking/index.ts'
import { registryErrors } from './errors.ts'
import { Stage } from './types.ts'

const limits = { tagKey: 250, tagValue: 100_000, alias: 255, name: 256 } as const

/** Marks a model that is a prompt of MLflow's prompt registry. */
export const promptTag = 'mlflow.prompt.is_prompt'

export function checkModelName(name: string): void {
  if (name.trim() === '') {
    throw registryErrors.REGISTRY_INVALID(
      "Missing value for required parameter 'name'. See the API docs for more information about request parameters.",
    )
  }
  if (/[/:]/.test(name)) {
    throw registryErrors.REGISTRY_INVALID(
      `Invalid model name '${name}'. Names cannot contain '/' or ':'.`,
    )
  }
  checkLength('name', name, limits.name)
  const normal = posix.normalize(name)
  if (normal !== name || normal === '.' || normal === '..') {
    throw invalidValue(
      'name',
      name,
      `Names may be treated as files in certain cases, and must not resolve to other names when treated as such. This name would resolve to '${normal}'`,
    )
  }
}

export function checkTag(tag: KeyValue): void {
  if (tag.key === '') {
    throw registryErrors.REGISTRY_INVALID(
      "Missing value for required parameter 'key'. See the API docs for more information about request parameters.",
    )
  }
  checkLength('key', tag.key, limits.tagKey)
  checkLength('value', tag.value, limits.tagValue)
}

export function checkAlias(alias: string): void {
  if (alias === '') {
    throw registryErrors.REGISTRY_INVALID('Registered model alias name cannot be empty.')
  }
  if (!/^[\p{L}\p{N}\p{M}_-]*$/u.test(alias)) {
    throw registryErrors.REGISTRY_INVALID(
      `Invalid alias name: '${alias}'. Names may only contain alphanumerics, underscores (_), and dashes (-).`,
    )
  }
  checkLength('Registered model alias name', alias, limits.alias)
  if (alias.toLowerCase() === 'latest') {
    throw registryErrors.REGISTRY_INVALID("'latest' alias name (case insensitive) is reserved.")
  }
  if (/^[vV]\d+$/.test(alias)) {
    throw registryErrors.REGISTRY_INVALID(`Version alias name '${alias}' is reserved.`)
  }
}

/** Stages are matched in any case and answered in their own. */
export function parseStage(text: string): Stage {
  const found = Object.values(Stage).find(
    (stage) => stage.toLowerCase() === text.trim().toLowerCase(),
  )
  if (found) return found
  throw registryErrors.REGISTRY_STAGE_UNKNOWN(text)
}

/** Versions are text on the wire and whole numbers inside. */
export function parseVersion(text: string): number {
  const version = /^\s*[+-]?\d{1,15}\s*$/.test(text) ? Number(text) : Number.NaN
  if (!Number.isNaN(version)) return version
  throw registryErrors.REGISTRY_INVALID(`Parameter 'version' must be an integer, got '${text}'.`)
}
