import { Type, type Static, type TSchema } from 'typebox'

const closed = <P extends Record<string, TSchema>>(properties: P) =>
  Type.Object(properties, { additionalProperties: false })
const optionalText = Type.Optional(Type.String())
/** A place where `${…}` may still stand. */
const anything = Type.Unknown()

const Variable = closed({
  description: optionalText,
  default: Type.Optional(anything),
  type: Type.Optional(Type.Literal('complex')),
})

const Workspace = closed({ host: optionalText, root_path: optionalText, file_path: optionalText })

const Presets = closed({
  name_prefix: optionalText,
  trigger_pause_status: Type.Optional(
    Type.Union([Type.Literal('PAUSED'), Type.Literal('UNPAUSED')]),
  ),
  jobs_max_concurrent_runs: Type.Optional(Type.Integer({ minimum: 1 })),
  tags: Type.Optional(Type.Record(Type.String(), Type.String())),
})

const RunAs = closed({ user_name: optionalText, service_principal_name: optionalText })

// Jobs are held against the server's own schema once variables are filled in.
const Resources = closed({
  jobs: Type.Optional(Type.Record(Type.String(), Type.Record(Type.String(), anything))),
  gates: Type.Optional(Type.Record(Type.String(), Type.Record(Type.String(), anything))),
  webhooks: Type.Optional(Type.Record(Type.String(), Type.Record(Type.String(), anything))),
  monitors: Type.Optional(Type.Record(Type.String(), Type.Record(Type.String(), anything))),
})

const Target = closed({
  default: Type.Optional(Type.Boolean()),
  mode: Type.Optional(Type.Union([Type.Literal('development'), Type.Literal('production')])),
  presets: Type.Optional(Presets),
  resources: Type.Optional(Resources),
  run_as: Type.Optional(RunAs),
  variables: Type.Optional(Type.Record(Type.String(), anything)),
  workspace: Type.Optional(Workspace),
})

const shared = {
  presets: Type.Optional(Presets),
  resources: Type.Optional(Resources),
  run_as: Type.Optional(RunAs),
  sync: Type.Optional(
    closed({
      include: Type.Optional(Type.Array(Type.String())),
      exclude: Type.Optional(Type.Array(Type.String())),
    }),
  ),
  targets: Type.Optional(Type.Record(Type.String(), Type.Union([Target, Type.Null()]))),
  variables: Type.Optional(Type.Record(Type.String(), Variable)),
  workspace: Type.Optional(Workspace),
}

/** millrace.yml. */
export const BundleFile = closed({
  bundle: closed({
    name: Type.String({ minLength: 1, pattern: '^[\\w.-]+$' }),
    uuid: optionalText,
  }),
  include: Type.Optional(Type.Array(Type.String())),
  ...shared,
})
export type BundleFile = Static<typeof BundleFile>

/** A file that `include` names. */
export const IncludedFile = closed(shared)
export type IncludedFile = Static<typeof IncludedFile>

/** A promotion contract: the model that it protects and the file that says how. */
export const GateSettings = closed({
  model: Type.String({ minLength: 1 }),
  contract: Type.String({ minLength: 1 }),
})

/** A registry webhook, in the words of registry-webhooks/create. */
export const WebhookSettings = closed({
  events: Type.Array(Type.String(), { minItems: 1 }),
  model_name: optionalText,
  description: optionalText,
  status: Type.Optional(
    Type.Union([Type.Literal('ACTIVE'), Type.Literal('DISABLED'), Type.Literal('TEST_MODE')]),
  ),
  http_url_spec: Type.Optional(
    closed({
      url: Type.String({ minLength: 1 }),
      authorization: optionalText,
      secret: optionalText,
      enable_ssl_verification: Type.Optional(Type.Boolean()),
    }),
  ),
  job_spec: Type.Optional(
    closed({
      job_id: Type.Union([Type.String(), Type.Integer()]),
      access_token: optionalText,
      workspace_url: optionalText,
    }),
  ),
})

/** A monitor; the server holds its fields against its own schema. */
export const MonitorSettings = Type.Record(Type.String(), anything)
