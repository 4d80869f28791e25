import type { App } from '../core/index.ts'
import {
  createExperiment,
  deleteExperiment,
  deleteExperimentTag,
  getExperiment,
  getExperimentByName,
  renameExperiment,
  restoreExperiment,
  setExperimentTag,
} from './experiment-service.ts'
import { encodeExperiment } from './wire/encode.ts'
import { f } from './wire/fields.ts'
import { rpc } from './wire/rpc.ts'
import { keyValue } from './wire/shapes.ts'

export function experimentRoutes(app: App): void {
  rpc(app, {
    id: 'createExperiment',
    method: 'POST',
    path: '/mlflow/experiments/create',
    summary: 'Creates an experiment; 400 RESOURCE_ALREADY_EXISTS when the name is taken.',
    request: {
      name: f.text.required,
      artifact_location: f.text,
      tags: f.list(f.message(keyValue).required).or([]),
    },
    handle: async (ctx, input) => ({
      experiment_id: await createExperiment(ctx, {
        name: input.name,
        artifactLocation: input.artifact_location || undefined,
        tags: input.tags,
      }),
    }),
  })
  rpc(app, {
    id: 'getExperiment',
    method: 'GET',
    path: '/mlflow/experiments/get',
    summary: 'One experiment, also a deleted one.',
    request: { experiment_id: f.text.required },
    handle: async (ctx, input) => ({
      experiment: encodeExperiment(await getExperiment(ctx, input.experiment_id)),
    }),
  })
  rpc(app, {
    id: 'getExperimentByName',
    method: 'GET',
    path: '/mlflow/experiments/get-by-name',
    summary: 'One experiment by its name, also a deleted one.',
    request: { experiment_name: f.text.required },
    handle: async (ctx, input) => ({
      experiment: encodeExperiment(await getExperimentByName(ctx, input.experiment_name)),
    }),
  })
  experimentChanges(app)
}

function experimentChanges(app: App): void {
  rpc(app, {
    id: 'updateExperiment',
    method: 'POST',
    path: '/mlflow/experiments/update',
    summary: 'Renames an experiment.',
    request: { experiment_id: f.text.required, new_name: f.text.required },
    handle: async (ctx, input) => {
      await renameExperiment(ctx, { experimentId: input.experiment_id, newName: input.new_name })
      return {}
    },
  })
  rpc(app, {
    id: 'deleteExperiment',
    method: 'POST',
    path: '/mlflow/experiments/delete',
    summary: 'Deletes an experiment and its runs; restore brings them back.',
    request: { experiment_id: f.text.required },
    handle: async (ctx, input) => {
      await deleteExperiment(ctx, input.experiment_id)
      return {}
    },
  })
  rpc(app, {
    id: 'restoreExperiment',
    method: 'POST',
    path: '/mlflow/experiments/restore',
    summary: 'Brings a deleted experiment and its runs back.',
    request: { experiment_id: f.text.required },
    handle: async (ctx, input) => {
      await restoreExperiment(ctx, input.experiment_id)
      return {}
    },
  })
  rpc(app, {
    id: 'setExperimentTag',
    method: 'POST',
    path: '/mlflow/experiments/set-experiment-tag',
    summary: 'Sets a tag of an experiment.',
    request: { experiment_id: f.text.required, key: f.text.required, value: f.text.or('') },
    handle: async (ctx, input) => {
      const tag = { key: input.key, value: input.value }
      await setExperimentTag(ctx, { experimentId: input.experiment_id, tag })
      return {}
    },
  })
  rpc(app, {
    id: 'deleteExperimentTag',
    method: 'POST',
    path: '/mlflow/experiments/delete-experiment-tag',
    summary: 'Removes a tag of an experiment.',
    request: { experiment_id: f.text.required, key: f.text.required },
    handle: async (ctx, input) => {
      await deleteExperimentTag(ctx, { experimentId: input.experiment_id, key: input.key })
      return {}
    },
  })
}
