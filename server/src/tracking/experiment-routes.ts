import type { App } from '../core/index.ts'
import { searchExperiments } from './experiment-search.ts'
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
import { encodeExperiment, list } from './wire/encode.ts'
import { f } from './wire/fields.ts'
import { rpc } from './wire/rpc.ts'
import { keyValue, viewType } from './wire/shapes.ts'

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
  experimentSearch(app)
  experimentChanges(app)
}

function experimentSearch(app: App): void {
  for (const method of ['POST', 'GET'] as const) {
    rpc(app, {
      id: method === 'POST' ? 'searchExperiments' : 'searchExperimentsByGet',
      method,
      path: '/mlflow/experiments/search',
      summary: 'Experiments that a filter finds, page by page.',
      request: {
        max_results: f.int.or(0),
        page_token: f.text,
        filter: f.text,
        order_by: f.list(f.text.required).or([]),
        view_type: viewType,
      },
      handle: async (ctx, input) => {
        const page = await searchExperiments(ctx, {
          filter: input.filter,
          orderBy: input.order_by,
          view: input.view_type,
          maxResults: input.max_results,
          pageToken: input.page_token,
        })
        return {
          ...list('experiments', page.experiments.map(encodeExperiment)),
          ...(page.nextPageToken === undefined ? {} : { next_page_token: page.nextPageToken }),
        }
      },
    })
  }
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
