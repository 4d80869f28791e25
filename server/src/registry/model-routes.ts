import type { App } from '../core/index.ts'
import { f, list, rpc } from '../tracking/index.ts'
import { encodeModel, encodeVersion, encodeVersionWithoutAliases } from './encode.ts'
import {
  createModel,
  deleteAlias,
  deleteModel,
  deleteModelTag,
  describeModel,
  getModel,
  getVersionByAlias,
  latestVersions,
  renameModel,
  setAlias,
  setModelTag,
} from './model-service.ts'
import { registryErrors } from './errors.ts'
import { searchModels } from './model-search.ts'
import { parseVersion } from './validation.ts'

const keyValue = { key: f.text.required, value: f.text.or('') }

export function modelRoutes(app: App): void {
  modelBasics(app)
  modelChanges(app)
  modelSearches(app)
  modelTags(app)
  modelAliases(app)
}

function modelBasics(app: App): void {
  rpc(app, {
    id: 'createRegisteredModel',
    method: 'POST',
    path: '/mlflow/registered-models/create',
    summary: 'Creates a model; 400 RESOURCE_ALREADY_EXISTS when the name is taken.',
    request: {
      name: f.text.required,
      description: f.text,
      tags: f.list(f.message(keyValue).required).or([]),
      deployment_job_id: f.text,
    },
    handle: async (ctx, input) => {
      refuseDeploymentJob(input.deployment_job_id)
      const { name, description, tags } = input
      return { registered_model: encodeModel(await createModel(ctx, { name, description, tags })) }
    },
  })
  rpc(app, {
    id: 'getRegisteredModel',
    method: 'GET',
    path: '/mlflow/registered-models/get',
    summary: 'One model with its newest versions.',
    request: { name: f.text.required },
    handle: async (ctx, input) => ({
      registered_model: encodeModel(await getModel(ctx, input.name)),
    }),
  })
  rpc(app, {
    id: 'deleteRegisteredModel',
    method: 'DELETE',
    path: '/mlflow/registered-models/delete',
    summary: 'Deletes a model with all its versions, for good.',
    request: { name: f.text.required },
    handle: async (ctx, input) => {
      await deleteModel(ctx, input.name)
      return {}
    },
  })
}

function modelChanges(app: App): void {
  rpc(app, {
    id: 'renameRegisteredModel',
    method: 'POST',
    path: '/mlflow/registered-models/rename',
    summary: 'Renames a model.',
    request: { name: f.text.required, new_name: f.text.required },
    handle: async (ctx, input) => ({
      registered_model: encodeModel(await renameModel(ctx, input.name, input.new_name)),
    }),
  })
  rpc(app, {
    id: 'updateRegisteredModel',
    method: 'PATCH',
    path: '/mlflow/registered-models/update',
    summary: 'Changes the description.',
    request: { name: f.text.required, description: f.text, deployment_job_id: f.text },
    handle: async (ctx, input) => {
      refuseDeploymentJob(input.deployment_job_id)
      const model =
        input.description === undefined
          ? await getModel(ctx, input.name)
          : await describeModel(ctx, input.name, input.description)
      return { registered_model: encodeModel(model) }
    },
  })
}

function refuseDeploymentJob(jobId: string | undefined): void {
  if (!jobId) return
  throw registryErrors.REGISTRY_INVALID(
    `deployment_job_id '${jobId}' is not supported: start a job from registry events with a webhook or a job trigger`,
  )
}

function modelSearches(app: App): void {
  rpc(app, {
    id: 'searchRegisteredModels',
    method: 'GET',
    path: '/mlflow/registered-models/search',
    summary: 'Models by name and tags.',
    request: {
      filter: f.text,
      max_results: f.int.or(100),
      order_by: f.list(f.text.required).or([]),
      page_token: f.text,
    },
    handle: async (ctx, input) => {
      const page = await searchModels(ctx, {
        filter: input.filter,
        maxResults: input.max_results,
        orderBy: input.order_by,
        pageToken: input.page_token,
      })
      return {
        ...list('registered_models', page.models.map(encodeModel)),
        ...(page.nextPageToken === undefined ? {} : { next_page_token: page.nextPageToken }),
      }
    },
  })
  for (const method of ['POST', 'GET'] as const) {
    rpc(app, {
      id: method === 'POST' ? 'getLatestVersions' : 'getLatestVersionsByGet',
      method,
      path: '/mlflow/registered-models/get-latest-versions',
      summary: 'The newest version of each stage, or of the stages asked for.',
      request: { name: f.text.required, stages: f.list(f.text.required).or([]) },
      handle: async (ctx, input) => {
        const versions = await latestVersions(ctx, input.name, input.stages)
        return list('model_versions', versions.map(encodeVersionWithoutAliases))
      },
    })
  }
}

function modelTags(app: App): void {
  rpc(app, {
    id: 'setRegisteredModelTag',
    method: 'POST',
    path: '/mlflow/registered-models/set-tag',
    summary: 'Sets a tag of a model.',
    request: { name: f.text.required, key: f.text.required, value: f.text.or('') },
    handle: async (ctx, input) => {
      await setModelTag(ctx, input.name, { key: input.key, value: input.value })
      return {}
    },
  })
  rpc(app, {
    id: 'deleteRegisteredModelTag',
    method: 'DELETE',
    path: '/mlflow/registered-models/delete-tag',
    summary: 'Removes a tag of a model.',
    request: { name: f.text.required, key: f.text.required },
    handle: async (ctx, input) => {
      await deleteModelTag(ctx, input.name, input.key)
      return {}
    },
  })
}

function modelAliases(app: App): void {
  const path = '/mlflow/registered-models/alias'
  rpc(app, {
    id: 'setRegisteredModelAlias',
    method: 'POST',
    path,
    summary: 'Points an alias at a version.',
    request: { name: f.text.required, alias: f.text.required, version: f.text.required },
    handle: async (ctx, input) => {
      const version = parseVersion(input.version)
      await setAlias(ctx, { name: input.name, alias: input.alias, version })
      return {}
    },
  })
  rpc(app, {
    id: 'deleteRegisteredModelAlias',
    method: 'DELETE',
    path,
    summary: 'Removes an alias.',
    request: { name: f.text.required, alias: f.text.required },
    handle: async (ctx, input) => {
      await deleteAlias(ctx, input.name, input.alias)
      return {}
    },
  })
  rpc(app, {
    id: 'getModelVersionByAlias',
    method: 'GET',
    path,
    summary: 'The version that an alias points at.',
    request: { name: f.text.required, alias: f.text.required },
    handle: async (ctx, input) => ({
      model_version: encodeVersion(await getVersionByAlias(ctx, input.name, input.alias)),
    }),
  })
}
