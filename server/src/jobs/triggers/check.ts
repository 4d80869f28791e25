import { jobsErrors } from '../errors.ts'
import type { Trigger } from '../settings-schema.ts'
import { triggerSchemas } from './schemas.ts'

export type TriggerField = keyof typeof triggerSchemas
const triggerFields = Object.keys(triggerSchemas) as TriggerField[]

export function triggerFieldsOf(trigger: Trigger): TriggerField[] {
  return triggerFields.filter((field) => trigger[field] !== undefined)
}

/** What the shape of a trigger cannot say. */
export function checkTrigger(trigger: Trigger): void {
  const named = triggerFieldsOf(trigger)
  if (named.length !== 1) {
    throw jobsErrors.JOBS_SETTINGS_INVALID(
      `trigger has ${named.length} kinds (${named.join(', ') || 'none'}); give it exactly one of ${triggerFields.join(', ')}`,
    )
  }
  const url = trigger.file_arrival?.url
  if (url !== undefined && !/^file:\/\/\/.*\/$/.test(url)) {
    throw jobsErrors.JOBS_SETTINGS_INVALID(
      `file_arrival.url is '${url}'; expected a folder such as file:///data/incoming/ (with the slash at its end)`,
    )
  }
  if (trigger.model?.condition === 'MODEL_ALIAS_SET' && !trigger.model.aliases?.length) {
    throw jobsErrors.JOBS_SETTINGS_INVALID('model.condition MODEL_ALIAS_SET needs model.aliases')
  }
}
