import { Type, type Static } from 'typebox'
import type { App } from '../core/index.ts'
import { importLoggedModels, importRuns, type Imported } from './import-service.ts'
import { LoggedModelStatus, RunStatus } from './types.ts'

const time = (of: string) => Type.Integer({ description: `${of}, in epoch milliseconds.` })
const text = (description: string) => Type.String({ description })
const choice = <T extends string>(values: Readonly<Record<string, T>>, description: string) =>
  Type.Union(
    Object.values(values).map((value) => Type.Literal(value)),
    { description },
  )

const pairs = Type.Array(
  Type.Object(
    { key: text('Its name.'), value: text('Its value.') },
    { additionalProperties: false },
  ),
  { default: [], description: 'Names and values.' },
)

const Run = Type.Object(
  {
    run_id: text('The run’s id on the other server; it keeps it.'),
    experiment_id: text('The experiment here.'),
    run_name: text('Its name.'),
    user_id: Type.String({ default: '', description: 'Who started it.' }),
    status: choice(RunStatus, 'How it ended.'),
    start_time: time('When it began'),
    end_time: Type.Optional(time('When it ended')),
  },
  { additionalProperties: false },
)

const Model = Type.Object(
  {
    model_id: text('The logged model’s id on the other server; it keeps it.'),
    experiment_id: text('The experiment here.'),
    name: text('Its name.'),
    model_type: Type.String({ default: '', description: 'Its kind, as its author called it.' }),
    source_run_id: Type.String({ default: '', description: 'The run that made it.' }),
    status: choice(LoggedModelStatus, 'Whether its files are there.'),
    creation_timestamp: time('When it was logged'),
    params: pairs,
    tags: pairs,
  },
  { additionalProperties: false },
)

const ImportBody = Type.Object(
  {
    runs: Type.Array(Run, { default: [], maxItems: 1_000, description: 'At most 1,000 runs.' }),
    logged_models: Type.Array(Model, {
      default: [],
      maxItems: 1_000,
      description: 'At most 1,000 logged models.',
    }),
  },
  { additionalProperties: false },
)

/** What `npx millrace import mlflow` writes with; MLflow's own API cannot give a run its id. */
export function importRoutes(app: App): void {
  const schema = {
    operationId: 'importTracking',
    tags: ['tracking'],
    summary:
      'Makes runs and logged models under the ids they have on another server; what is here already stays as it is.',
    body: ImportBody,
  }
  app.post('/api/millrace/1.0/tracking/import', { schema }, async ({ ctx, body }) => {
    const runs = await importRuns(ctx, body.runs.map(toRun))
    const models = await importLoggedModels(ctx, body.logged_models.map(toModel))
    return { runs: runs.map(encode), logged_models: models.map(encode) }
  })
}

function toRun(run: Static<typeof Run>): Parameters<typeof importRuns>[1][number] {
  return {
    runId: run.run_id,
    experimentId: run.experiment_id,
    name: run.run_name,
    userId: run.user_id,
    status: run.status,
    startedAt: run.start_time,
    endedAt: run.end_time,
  }
}

function toModel(model: Static<typeof Model>): Parameters<typeof importLoggedModels>[1][number] {
  return {
    modelId: model.model_id,
    experimentId: model.experiment_id,
    name: model.name,
    modelType: model.model_type,
    sourceRunId: model.source_run_id,
    status: model.status,
    createdAt: model.creation_timestamp,
    params: model.params,
    tags: model.tags,
  }
}

function encode({ id, artifactUri, isNew }: Imported): object {
  return { id, artifact_uri: artifactUri, is_new: isNew }
}
