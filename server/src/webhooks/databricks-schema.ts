import { Type } from 'typebox'

const closed = { additionalProperties: false }

const HttpUrlSpec = Type.Object(
  {
    url: Type.String({ minLength: 1, maxLength: 500, description: 'Where the POST goes.' }),
    secret: Type.Optional(Type.String({ description: 'Signs the body; never shown again.' })),
    authorization: Type.Optional(Type.String({ description: 'Sent as the Authorization header.' })),
    enable_ssl_verification: Type.Optional(
      Type.Boolean({
        description: 'Whether the certificate must hold; true unless said otherwise.',
      }),
    ),
  },
  closed,
)

const JobSpec = Type.Object(
  {
    job_id: Type.String({ pattern: '^[0-9]+$', description: 'The job to run, as text.' }),
    access_token: Type.Optional(
      Type.String({ description: 'Accepted for compatibility; the job runs as its own run_as.' }),
    ),
    workspace_url: Type.Optional(
      Type.Literal('', { description: 'Only this server; leave it out.' }),
    ),
  },
  closed,
)

const fields = {
  model_name: Type.Optional(Type.String({ description: 'The only model to hear of.' })),
  description: Type.Optional(Type.String({ maxLength: 1000, description: 'For humans.' })),
  status: Type.Optional(
    Type.Union([Type.Literal('ACTIVE'), Type.Literal('DISABLED'), Type.Literal('TEST_MODE')], {
      description: 'TEST_MODE fires only through the test call.',
    }),
  ),
  http_url_spec: Type.Optional(HttpUrlSpec),
  job_spec: Type.Optional(JobSpec),
}

const events = Type.Array(Type.String(), { description: 'MODEL_VERSION_CREATED, …' })

export const CreateRegistryWebhook = Type.Object({ ...fields, events }, closed)

export const UpdateRegistryWebhook = Type.Object(
  { ...fields, events: Type.Optional(events), id: Type.String({ description: 'Of the webhook.' }) },
  closed,
)

export const ListRegistryWebhooks = Type.Object(
  {
    model_name: Type.Optional(Type.String({ description: 'Only webhooks of this model.' })),
    events: Type.Optional(
      Type.Array(Type.String(), { description: 'Only webhooks with one of these.' }),
    ),
    max_results: Type.Integer({ minimum: 1, maximum: 1000, default: 100 }),
    page_token: Type.Optional(Type.String({ description: 'next_page_token of the page before.' })),
  },
  closed,
)

export const TestRegistryWebhook = Type.Object(
  {
    id: Type.String({ description: 'Of the webhook.' }),
    event: Type.Optional(Type.String({ description: 'The event to play; its first when absent.' })),
  },
  closed,
)
