import type { Ctx } from '../core/index.ts'
import {
  artifactPathOf,
  checkArtifactPath,
  getLoggedModel,
  getRun,
  isServedHere,
  joinUri,
  listArtifacts,
  trackingErrors,
} from '../tracking/index.ts'
import { registryErrors } from './errors.ts'
import { findVersionRow } from './version-store.ts'

export interface SourceInput {
  readonly source: string
  readonly runId: string
  readonly modelId: string
}

export interface ResolvedSource {
  readonly source: string
  /** Where the files are. */
  readonly storageUri: string
  readonly runId: string
  readonly modelId: string
}

const loggedModelUri = /^models:\/(?:\/[^/]*\/)?(m-[0-9a-zA-Z]+)$/
const versionUri = /^models:\/(?:\/[^/]*\/)?([^/]+)\/(\d+)$/
const runUri = /^runs:\/([^/]+)\/?(.*)$/

/** Finds out where the files of a new version are, and which run made them. */
export async function resolveSource(ctx: Ctx, input: SourceInput): Promise<ResolvedSource> {
  const modelId = input.modelId || (loggedModelUri.exec(input.source)?.[1] ?? '')
  if (modelId !== '') {
    const model = await getLoggedModel(ctx, modelId)
    return {
      source: input.source,
      storageUri: model.artifactUri,
      runId: input.runId || model.sourceRunId,
      modelId,
    }
  }
  if (input.source.startsWith('models:')) return fromVersion(ctx, input)
  if (input.source.startsWith('runs:')) return fromRun(ctx, input)
  return fromStorage(input)
}

/** A copy of another registered version. */
async function fromVersion(ctx: Ctx, input: SourceInput): Promise<ResolvedSource> {
  const [, name, version] = versionUri.exec(input.source) ?? []
  if (name === undefined) {
    throw registryErrors.REGISTRY_SOURCE_INVALID(
      input.source,
      'Expected models:/<logged model id> or models:/<name>/<version>.',
    )
  }
  const row = await findVersionRow(ctx.db, name, Number(version))
  if (!row) throw registryErrors.REGISTRY_VERSION_NOT_FOUND(name, Number(version))
  return {
    source: input.source,
    storageUri: row.storage_uri,
    runId: input.runId || row.run_id,
    modelId: row.model_id,
  }
}

async function fromRun(ctx: Ctx, input: SourceInput): Promise<ResolvedSource> {
  const [, runId = '', path = ''] = runUri.exec(input.source) ?? []
  if (runId === '' || runId !== input.runId) {
    throw registryErrors.REGISTRY_SOURCE_INVALID(
      input.source,
      'The run_id request parameter must identify the resource that contains the source.',
    )
  }
  const run = await getRun(ctx, runId)
  checkArtifactPath(path)
  const direct = joinUri(run.info.artifactUri, path)
  const storageUri =
    isServedHere(direct) && (await listArtifacts(ctx, direct)).length === 0
      ? ((await loggedModelOfRun(ctx, run.modelOutputs, path)) ?? direct)
      : direct
  return { source: input.source, storageUri, runId, modelId: '' }
}

/** `runs:/<run>/<name>` also names a logged model of that run, as it did before MLflow 3. */
async function loggedModelOfRun(
  ctx: Ctx,
  outputs: readonly { readonly modelId: string }[],
  name: string,
): Promise<string | undefined> {
  for (const { modelId } of outputs) {
    const model = await getLoggedModel(ctx, modelId).catch(() => undefined)
    if (model?.name === name) return model.artifactUri
  }
  return undefined
}

function fromStorage(input: SourceInput): ResolvedSource {
  const { source, runId } = input
  if (isServedHere(source)) {
    checkArtifactPath(artifactPathOf(source))
  } else if (!/^[a-z][a-z0-9+.-]*:/i.test(source) || /^(file|[a-z]):/i.test(source)) {
    throw registryErrors.REGISTRY_SOURCE_INVALID(
      source,
      'To use a local path as a model version source, the run_id request parameter has to be specified and the local path has to be contained within the artifact directory of the run specified by the run_id.',
    )
  } else if (decodeURI(source).split(/[/\\]/).includes('..')) {
    throw trackingErrors.TRACKING_ARTIFACT_PATH_INVALID(source)
  }
  return { source, storageUri: source, runId, modelId: '' }
}
