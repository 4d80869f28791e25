import { defineErrors } from '../core/index.ts'

const invalid = { status: 400, wire: 'INVALID_PARAMETER_VALUE' } as const

export const featuresErrors = defineErrors({
  FEATURES_VIEW_NOT_FOUND: {
    status: 404,
    wire: 'RESOURCE_DOES_NOT_EXIST',
    text: (name: string) => `There is no feature view '${name}'; create it with POST /views`,
  },
  FEATURES_COLUMN_UNKNOWN: {
    ...invalid,
    text: (column: string, where: string, known: readonly string[]) =>
      `${where} has no column '${column}'; it has ${known.join(', ')}`,
  },
  FEATURES_DURATION_INVALID: {
    ...invalid,
    text: (field: string, found: string) =>
      `${field} is '${found}'; write a duration such as 30m, 1h or 30d`,
  },
  FEATURES_TIME_TYPE: {
    ...invalid,
    text: (column: string, found: string) =>
      `'${column}' is ${found}; an event time must be TIMESTAMP, or TIMESTAMP_NTZ with time_zone`,
  },
  FEATURES_TIME_ZONE_MISSING: {
    ...invalid,
    text: (column: string) =>
      `'${column}' is TIMESTAMP_NTZ; say in time_zone which zone its times are in`,
  },
  FEATURES_TIME_ZONE_UNKNOWN: {
    ...invalid,
    text: (zone: string) => `'${zone}' is no IANA time zone such as Europe/Paris`,
  },
  FEATURES_DUPLICATE_FEATURE: {
    ...invalid,
    text: (name: string) => `Two columns of the set would be named '${name}'; rename one with 'as'`,
  },
  FEATURES_NOTHING_TO_COMPUTE: {
    ...invalid,
    text: (name: string) => `View '${name}' has neither columns nor aggregations`,
  },
  FEATURES_STAR_ONLY_FOR_COUNT: {
    ...invalid,
    text: (name: string) => `'${name}' aggregates '*', which only count can`,
  },
  FEATURES_KEY_MISMATCH: {
    ...invalid,
    text: (view: string, found: number, expected: readonly string[]) =>
      `View '${view}' has the keys ${expected.join(', ')}; a key row has ${found} values`,
  },
  FEATURES_OUTPUT_EXISTS: {
    status: 409,
    wire: 'RESOURCE_ALREADY_EXISTS',
    text: (table: string) => `Table ${table} exists; choose another output, or say overwrite: true`,
  },
  FEATURES_SPINE_INVALID: {
    ...invalid,
    text: () => 'The spine needs exactly one of sql and table',
  },
})
