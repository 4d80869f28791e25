import { alertTrigger } from './alert.ts'
import { continuousTrigger } from './continuous.ts'
import type { TriggerKind } from './contract.ts'
import { fileArrivalTrigger } from './file-arrival.ts'
import { modelTrigger } from './model.ts'
import { periodicTrigger } from './periodic.ts'
import { scheduleTrigger } from './schedule.ts'
import { tableUpdateTrigger } from './table-update.ts'

/** Every kind by the name that its rows have: a field of the settings, or of their `trigger`. */
export const triggerKinds = {
  schedule: scheduleTrigger,
  continuous: continuousTrigger,
  periodic: periodicTrigger,
  table_update: tableUpdateTrigger,
  file_arrival: fileArrivalTrigger,
  model: modelTrigger,
  alert: alertTrigger,
} satisfies Record<string, TriggerKind<never>>
export type TriggerName = keyof typeof triggerKinds

/** The kind of a row; its spec is of the shape that was checked when it was stored. */
export function triggerKind(name: string): TriggerKind<unknown> {
  return triggerKinds[name as TriggerName] as TriggerKind<never> as TriggerKind<unknown>
}
