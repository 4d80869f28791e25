import { Type, type Static } from 'typebox'
import type { App } from '../core/index.ts'
import { importModel, type ImportedVersion } from './import-service.ts'
import { parseStage } from './validation.ts'

/** The last moment that a JavaScript date can be. */
const lastMs = 8.64e15
const time = (of: string) =>
  Type.Integer({ minimum: 0, maximum: lastMs, description: `${of}, in epoch milliseconds.` })
const text = (description: string) => Type.String({ default: '', description })
const tags = Type.Array(
  Type.Object(
    { key: Type.String({ description: 'Its name.' }), value: text('Its value.') },
    { additionalProperties: false },
  ),
  { default: [], description: 'Tags.' },
)

const Version = Type.Object(
  {
    version: Type.Integer({
      minimum: 1,
      maximum: 2 ** 31 - 1,
      description: 'Its number, which it keeps.',
    }),
    source: Type.String({ description: 'As for a new version; storage URIs are those here.' }),
    run_id: text('The run that made it.'),
    model_id: text('The logged model that it is.'),
    run_link: text('Where that run can be seen.'),
    stage: Type.String({ default: 'None', description: 'Its stage.' }),
    description: text('What its author said of it.'),
    user_id: text('Who registered it.'),
    creation_timestamp: time('When it was registered'),
    last_updated_timestamp: time('When it was last changed'),
    tags,
  },
  { additionalProperties: false },
)

const Model = Type.Object(
  {
    name: Type.String({ description: 'Its name.' }),
    description: text('What its author said of it.'),
    user_id: text('Who made it.'),
    creation_timestamp: time('When it was made'),
    tags,
    aliases: Type.Array(
      Type.Object(
        {
          alias: Type.String({ description: 'The alias.' }),
          version: Type.Integer({
            minimum: 1,
            maximum: 2 ** 31 - 1,
            description: 'What it points at.',
          }),
        },
        { additionalProperties: false },
      ),
      { default: [], description: 'Its aliases.' },
    ),
    versions: Type.Array(Version, {
      default: [],
      maxItems: 1_000,
      description: 'At most 1,000 versions.',
    }),
  },
  { additionalProperties: false },
)

/** What `npx millrace import mlflow` writes models with. */
export function importRoutes(app: App): void {
  const schema = {
    operationId: 'importModel',
    tags: ['registry'],
    summary:
      'Adds a model of another server with the numbers, times and stages of its versions; what is here already stays as it is, and nobody is notified.',
    body: Model,
  }
  app.post('/api/millrace/1.0/registry/import', { schema }, async ({ ctx, body }) => {
    const added = await importModel(ctx, {
      name: body.name,
      description: body.description,
      userId: body.user_id,
      createdAt: body.creation_timestamp,
      tags: body.tags,
      aliases: body.aliases,
      versions: body.versions.map(toVersion),
    })
    return { versions_added: added }
  })
}

function toVersion(version: Static<typeof Version>): ImportedVersion {
  return {
    version: version.version,
    source: version.source,
    runId: version.run_id,
    modelId: version.model_id,
    runLink: version.run_link,
    stage: parseStage(version.stage),
    description: version.description,
    userId: version.user_id,
    createdAt: version.creation_timestamp,
    updatedAt: version.last_updated_timestamp,
    tags: version.tags,
  }
}
