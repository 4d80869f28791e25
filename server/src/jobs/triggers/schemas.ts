/** The wire shape of every trigger kind, by its field in a job's trigger. */
import { Type, type Static } from 'typebox'
import { closed } from '../closed-object.ts'

const debounce = {
  min_time_between_triggers_seconds: Type.Optional(
    Type.Integer({ minimum: 0, description: 'Shortest time between two runs. 0: none.' }),
  ),
  wait_after_last_change_seconds: Type.Optional(
    Type.Integer({ minimum: 0, description: 'Quiet time after the last change. 0: none.' }),
  ),
}

export const Periodic = closed({
  interval: Type.Integer({ minimum: 1, description: 'How many units.' }),
  unit: Type.Union([
    Type.Literal('MINUTES'),
    Type.Literal('HOURS'),
    Type.Literal('DAYS'),
    Type.Literal('WEEKS'),
  ]),
})
export type Periodic = Static<typeof Periodic>

export const TableUpdate = closed({
  table_names: Type.Array(Type.String(), {
    minItems: 1,
    maxItems: 10,
    description: 'Tables whose commits start a run.',
  }),
  condition: Type.Optional(
    Type.Union([Type.Literal('ANY_UPDATED'), Type.Literal('ALL_UPDATED')], {
      description: 'Default ANY_UPDATED.',
    }),
  ),
  ...debounce,
})
export type TableUpdate = Static<typeof TableUpdate>

export const FileArrival = closed({
  url: Type.String({ description: 'A folder, file:///DIR/, inside an external location.' }),
  ...debounce,
})
export type FileArrival = Static<typeof FileArrival>

export const ModelTrigger = closed({
  condition: Type.Union([
    Type.Literal('MODEL_CREATED'),
    Type.Literal('MODEL_VERSION_READY'),
    Type.Literal('MODEL_ALIAS_SET'),
  ]),
  aliases: Type.Optional(Type.Array(Type.String(), { description: 'For MODEL_ALIAS_SET.' })),
  securable_name: Type.Optional(Type.String({ description: 'A model; every model when absent.' })),
  ...debounce,
})
export type ModelTrigger = Static<typeof ModelTrigger>

export const AlertTrigger = closed({
  monitor_names: Type.Optional(
    Type.Array(Type.String(), { description: 'Monitors; every monitor when empty.' }),
  ),
  ...debounce,
})
export type AlertTrigger = Static<typeof AlertTrigger>

export const triggerSchemas = {
  periodic: Periodic,
  table_update: TableUpdate,
  file_arrival: FileArrival,
  model: ModelTrigger,
  alert: AlertTrigger,
}
