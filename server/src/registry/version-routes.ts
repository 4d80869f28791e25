import type { App } from '../core/index.ts'
import { artifactPathOf, f, joinUri, list, rpc, sendArtifact } from '../tracking/index.ts'
import { Type } from 'typebox'
import { encodeVersion, encodeVersionWithoutAliases } from './encode.ts'
import { transitionStage } from './stage-service.ts'
import { parseStage, parseVersion } from './validation.ts'
import { searchVersions } from './version-search.ts'
import {
  createVersion,
  deleteVersion,
  deleteVersionTag,
  describeVersion,
  getVersion,
  setVersionTag,
  versionSourceUri,
} from './version-service.ts'
import type { VersionRef } from './types.ts'

/** Every call about one version names it so. */
export const oneVersion = { name: f.text.required, version: f.text.required }

export function refOf(input: { readonly name: string; readonly version: string }): VersionRef {
  return { name: input.name, version: parseVersion(input.version) }
}

export function versionRoutes(app: App): void {
  versionBasics(app)
  versionChanges(app)
  versionSearch(app)
  versionTags(app)
  versionFiles(app)
}

function versionBasics(app: App): void {
  rpc(app, {
    id: 'createModelVersion',
    method: 'POST',
    path: '/mlflow/model-versions/create',
    summary: 'Registers the next version of a model.',
    request: {
      name: f.text.required,
      source: f.text.required,
      run_id: f.text,
      tags: f.list(f.message({ key: f.text.required, value: f.text.or('') }).required).or([]),
      run_link: f.text,
      description: f.text,
      model_id: f.text,
    },
    handle: async (ctx, input) => {
      const version = await createVersion(ctx, {
        name: input.name,
        source: input.source,
        runId: input.run_id,
        runLink: input.run_link,
        modelId: input.model_id,
        description: input.description,
        tags: input.tags,
      })
      return { model_version: encodeVersion(version) }
    },
  })
  rpc(app, {
    id: 'getModelVersion',
    method: 'GET',
    path: '/mlflow/model-versions/get',
    summary: 'One version.',
    request: oneVersion,
    handle: async (ctx, input) => ({
      model_version: encodeVersion(await getVersion(ctx, refOf(input))),
    }),
  })
}

function versionChanges(app: App): void {
  rpc(app, {
    id: 'updateModelVersion',
    method: 'PATCH',
    path: '/mlflow/model-versions/update',
    summary: 'Changes the description.',
    request: { ...oneVersion, description: f.text },
    handle: async (ctx, input) => {
      const ref = refOf(input)
      const version =
        input.description === undefined
          ? await getVersion(ctx, ref)
          : await describeVersion(ctx, ref, input.description)
      return { model_version: encodeVersion(version) }
    },
  })
  rpc(app, {
    id: 'transitionModelVersionStage',
    method: 'POST',
    path: '/mlflow/model-versions/transition-stage',
    summary: 'Moves a version to a stage; a protected stage needs an approved request.',
    request: {
      ...oneVersion,
      stage: f.text.required,
      archive_existing_versions: f.bool.or(false),
    },
    handle: async (ctx, input) => {
      const version = await transitionStage(ctx, {
        ...refOf(input),
        stage: parseStage(input.stage),
        archiveExisting: input.archive_existing_versions,
      })
      return { model_version: encodeVersion(version) }
    },
  })
  rpc(app, {
    id: 'deleteModelVersion',
    method: 'DELETE',
    path: '/mlflow/model-versions/delete',
    summary: 'Deletes a version; its number is not used again.',
    request: oneVersion,
    handle: async (ctx, input) => {
      await deleteVersion(ctx, refOf(input))
      return {}
    },
  })
}

function versionSearch(app: App): void {
  rpc(app, {
    id: 'searchModelVersions',
    method: 'GET',
    path: '/mlflow/model-versions/search',
    summary: 'Versions by name, run, source, number and tags.',
    request: {
      filter: f.text,
      max_results: f.int.or(200_000),
      order_by: f.list(f.text.required).or([]),
      page_token: f.text,
    },
    handle: async (ctx, input) => {
      const page = await searchVersions(ctx, {
        filter: input.filter,
        maxResults: input.max_results,
        orderBy: input.order_by,
        pageToken: input.page_token,
      })
      return {
        ...list('model_versions', page.versions.map(encodeVersionWithoutAliases)),
        ...(page.nextPageToken === undefined ? {} : { next_page_token: page.nextPageToken }),
      }
    },
  })
}

function versionTags(app: App): void {
  rpc(app, {
    id: 'setModelVersionTag',
    method: 'POST',
    path: '/mlflow/model-versions/set-tag',
    summary: 'Sets a tag of a version.',
    request: { ...oneVersion, key: f.text.required, value: f.text.or('') },
    handle: async (ctx, input) => {
      await setVersionTag(ctx, refOf(input), { key: input.key, value: input.value })
      return {}
    },
  })
  rpc(app, {
    id: 'deleteModelVersionTag',
    method: 'DELETE',
    path: '/mlflow/model-versions/delete-tag',
    summary: 'Removes a tag of a version.',
    request: { ...oneVersion, key: f.text.required },
    handle: async (ctx, input) => {
      await deleteVersionTag(ctx, refOf(input), input.key)
      return {}
    },
  })
}

function versionFiles(app: App): void {
  rpc(app, {
    id: 'getModelVersionDownloadUri',
    method: 'GET',
    path: '/mlflow/model-versions/get-download-uri',
    summary: 'Where the files of a version are.',
    request: oneVersion,
    handle: async (ctx, input) => ({ artifact_uri: await versionSourceUri(ctx, refOf(input)) }),
  })
  const querystring = Type.Object({
    name: Type.String({ description: 'The model.' }),
    version: Type.String({ description: 'The version.' }),
    path: Type.String({ description: 'Below the root of its files.' }),
  })
  const schema = { tags: ['mlflow'], summary: 'Downloads a file of a version.', querystring }
  app.get('/model-versions/get-artifact', { schema }, async (request, reply) => {
    const uri = await versionSourceUri(request.ctx, refOf(request.query))
    return sendArtifact({ request, reply, path: artifactPathOf(joinUri(uri, request.query.path)) })
  })
}
