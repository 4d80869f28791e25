import type { App } from '../core/index.ts'
import { searchLoggedModels } from './logged-model-search.ts'
import {
  createLoggedModel,
  deleteLoggedModel,
  deleteLoggedModelTag,
  finishLoggedModel,
  getLoggedModel,
  logModelParams,
  setLoggedModelTags,
} from './logged-model-service.ts'
import { LoggedModelStatus } from './types.ts'
import { encodeLoggedModel, list } from './wire/encode.ts'
import { f } from './wire/fields.ts'
import { rpc } from './wire/rpc.ts'
import { keyValue, loggedModelStatus } from './wire/shapes.ts'

const onePath = '/mlflow/logged-models/:model_id'

export function loggedModelRoutes(app: App): void {
  rpc(app, {
    id: 'createLoggedModel',
    method: 'POST',
    path: '/mlflow/logged-models',
    summary: 'Makes room for a model of a run; pending until finalized.',
    request: {
      experiment_id: f.text.required,
      name: f.text,
      model_type: f.text,
      source_run_id: f.text,
      params: f.list(f.message(keyValue).required).or([]),
      tags: f.list(f.message(keyValue).required).or([]),
    },
    handle: async (ctx, input) => ({
      model: encodeLoggedModel(
        await createLoggedModel(ctx, {
          experimentId: input.experiment_id,
          name: input.name,
          modelType: input.model_type,
          sourceRunId: input.source_run_id,
          params: input.params,
          tags: input.tags,
        }),
      ),
    }),
  })
  rpc(app, {
    id: 'getLoggedModel',
    method: 'GET',
    path: onePath,
    summary: 'One logged model.',
    request: { model_id: f.text.required },
    handle: async (ctx, input) => ({
      model: encodeLoggedModel(await getLoggedModel(ctx, input.model_id)),
    }),
  })
  loggedModelSearch(app)
  loggedModelChanges(app)
  loggedModelParts(app)
}

const datasetFilter = { dataset_name: f.text.required, dataset_digest: f.text }

function loggedModelSearch(app: App): void {
  rpc(app, {
    id: 'searchLoggedModels',
    method: 'POST',
    path: '/mlflow/logged-models/search',
    summary: 'Logged models that a filter finds, page by page.',
    request: {
      experiment_ids: f.list(f.text.required).or([]),
      filter: f.text,
      datasets: f.list(f.message(datasetFilter).required).or([]),
      max_results: f.int.or(50),
      order_by: f.list(f.message(orderField).required).or([]),
      page_token: f.text,
    },
    handle: async (ctx, input) => {
      const page = await searchLoggedModels(ctx, {
        experimentIds: input.experiment_ids,
        filter: input.filter,
        datasets: input.datasets.map((each) => ({
          name: each.dataset_name,
          digest: each.dataset_digest,
        })),
        orderBy: input.order_by.map((each) => ({
          field: each.field_name,
          ascending: each.ascending,
          dataset: each.dataset_name
            ? { name: each.dataset_name, digest: each.dataset_digest }
            : undefined,
        })),
        maxResults: input.max_results,
        pageToken: input.page_token,
      })
      return {
        ...list('models', page.models.map(encodeLoggedModel)),
        ...(page.nextPageToken === undefined ? {} : { next_page_token: page.nextPageToken }),
      }
    },
  })
}

const orderField = {
  field_name: f.text.required,
  ascending: f.bool.or(true),
  dataset_name: f.text,
  dataset_digest: f.text,
}

function loggedModelChanges(app: App): void {
  rpc(app, {
    id: 'finalizeLoggedModel',
    method: 'PATCH',
    path: onePath,
    summary: 'Says that the files are there, or that they will not come.',
    request: { model_id: f.text.required, status: loggedModelStatus },
    handle: async (ctx, input) => {
      const status = input.status ?? LoggedModelStatus.Unspecified
      return {
        model: encodeLoggedModel(await finishLoggedModel(ctx, { modelId: input.model_id, status })),
      }
    },
  })
  rpc(app, {
    id: 'deleteLoggedModel',
    method: 'DELETE',
    path: onePath,
    summary: 'Deletes a logged model.',
    request: { model_id: f.text.required },
    handle: async (ctx, input) => {
      await deleteLoggedModel(ctx, input.model_id)
      return {}
    },
  })
}

function loggedModelParts(app: App): void {
  rpc(app, {
    id: 'setLoggedModelTags',
    method: 'PATCH',
    path: `${onePath}/tags`,
    summary: 'Sets tags of a logged model.',
    request: { model_id: f.text.required, tags: f.list(f.message(keyValue).required).or([]) },
    handle: async (ctx, input) => {
      await setLoggedModelTags(ctx, { modelId: input.model_id, tags: input.tags })
      return {}
    },
  })
  rpc(app, {
    id: 'deleteLoggedModelTag',
    method: 'DELETE',
    path: `${onePath}/tags/:tag_key`,
    summary: 'Removes a tag of a logged model.',
    request: { model_id: f.text.required, tag_key: f.text.required },
    handle: async (ctx, input) => {
      await deleteLoggedModelTag(ctx, { modelId: input.model_id, key: input.tag_key })
      return {}
    },
  })
  rpc(app, {
    id: 'LogLoggedModelParams',
    method: 'POST',
    path: `${onePath}/params`,
    summary: 'Adds params to a logged model.',
    request: { model_id: f.text.required, params: f.list(f.message(keyValue).required).or([]) },
    handle: async (ctx, input) => {
      await logModelParams(ctx, { modelId: input.model_id, params: input.params })
      return {}
    },
  })
}
