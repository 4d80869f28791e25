import { Type } from 'typebox'

const closed = { additionalProperties: false }

export const MlflowEvent = Type.Object(
  {
    entity: Type.String({ description: 'MODEL_VERSION, REGISTERED_MODEL, MODEL_VERSION_TAG, …' }),
    action: Type.String({ description: 'CREATED, SET, DELETED, …' }),
  },
  closed,
)

const fields = {
  name: Type.String({ description: '1 to 63 letters, digits, dots, dashes or underscores.' }),
  description: Type.String({ maxLength: 1000, description: 'For humans.' }),
  url: Type.String({ minLength: 1, maxLength: 500, description: 'Where the POST goes.' }),
  events: Type.Array(MlflowEvent, { description: 'What to tell.' }),
  secret: Type.String({ maxLength: 1000, description: 'Signs the body; never shown again.' }),
  status: Type.Union([Type.Literal('ACTIVE'), Type.Literal('DISABLED')], {
    description: 'ACTIVE unless said otherwise.',
  }),
}

export const CreateMlflowWebhook = Type.Object(
  {
    name: fields.name,
    url: fields.url,
    events: fields.events,
    description: Type.Optional(fields.description),
    secret: Type.Optional(fields.secret),
    status: Type.Optional(fields.status),
  },
  closed,
)

export const UpdateMlflowWebhook = Type.Partial(
  Type.Object({ ...fields, webhook_id: Type.String({ description: 'As in the path.' }) }, closed),
)

export const TestMlflowWebhook = Type.Object(
  {
    event: Type.Optional(MlflowEvent),
    webhook_id: Type.Optional(Type.String({ description: 'As in the path.' })),
  },
  closed,
)
