import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Ctx } from '../core/index.ts'
import { getEnvironment, type Environment } from '../compute/index.ts'
import type { SearchPlan } from './notebooks/plan.ts'
import { readVersions } from './requirements.ts'
import type { Search } from './types.ts'

/** Where in the search's run the data is. */
export const dataArtifact = 'dataset/training.parquet'

/** What the notebooks of a search need to know, once its data and environment are there. */
export async function planOf(ctx: Ctx, search: Search): Promise<SearchPlan> {
  const { data, environment } = search
  if (data.sha256 === undefined || environment === undefined) {
    throw new Error(`Search ${search.id} is not prepared yet`)
  }
  const { sha256, table, version, rows, unlabelled } = data
  const built = await getEnvironment(ctx, environment)
  return {
    searchId: search.id,
    searchName: search.name,
    serverUrl: ctx.url,
    experimentId: search.experimentId,
    data: { table, version, rows, sha256, runId: search.runId, artifactPath: dataArtifact },
    task: search.task,
    folds: search.spec.folds,
    dropped: search.dropped,
    imputers: search.spec.imputers,
    unlabelled,
    versions: readVersions(built.lock),
    python: await pythonVersion(built),
  }
}

async function pythonVersion({ path }: Environment): Promise<string> {
  const folders = await readdir(join(path, 'lib')).catch(() => [])
  return folders.find((name) => name.startsWith('python'))?.slice('python'.length) ?? '3'
}

/** A folder of the search's own in the data folder. */
export function searchFolder(ctx: Ctx, searchId: string): string {
  return join(ctx.config.dataDir, 'automl', searchId)
}

/** Where its notebooks are shown. */
export function notebookFolder({ name }: Search): string {
  return `/AutoML/${name}`
}
