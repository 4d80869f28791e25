/** The code of a task: a copy of the workspace files around its entry, and where it came from. */
import { dirname, join } from 'node:path'
import { AppError, type Ctx, type NewEdge } from '../../core/index.ts'
import {
  ObjectType,
  findDeployment,
  materialise,
  statFile,
  type Deployment,
  type WorkspaceObject,
} from '../../workspace/index.ts'
import type { Attempt } from './contract.ts'

export interface TaskCode {
  /** The entry on disk. */
  readonly path: string
  readonly edges: readonly NewEdge[]
}

const mostFilesNamed = 500

/**
 * Copies what belongs to the file: the whole bundle it was deployed with, or else its folder. A file
 * that lies in a home or at the top comes alone, because the folder holds everything else as well.
 */
export async function copyCode(
  ctx: Ctx,
  attempt: Attempt,
  file: { readonly path: string; readonly into: string },
): Promise<TaskCode> {
  const { entry, root, deployment } = await locateCode(ctx, file.path)
  const copied = await materialise(ctx, root, file.into)
  const found = copied.files.find((copy) => copy.workspacePath === entry.path)
  const from = `attempt:${attempt.attemptId}` as const
  const files = copied.files
    .slice(0, mostFilesNamed)
    .map(({ workspacePath, hash }) => ({ path: workspacePath, hash }))
  const edges: NewEdge[] = [
    {
      kind: 'USED_CODE',
      from,
      to: `file:${entry.path}@${entry.hash}`,
      data: { entry: true, root, files, files_total: copied.files.length },
    },
    ...(deployment?.commit ? [commitEdge(from, deployment)] : []),
  ]
  return { path: found?.path ?? join(file.into, entry.path.split('/').at(-1) ?? ''), edges }
}

/** Where the code of a task is in the workspace: its file, and the file or folder to copy. */
export async function locateCode(
  ctx: Ctx,
  path: string,
): Promise<{
  readonly entry: WorkspaceObject
  readonly root: string
  readonly deployment: Deployment | undefined
}> {
  const entry = await statEntry(ctx, path)
  const deployment = await findDeployment(ctx, entry.path)
  return { entry, root: codeRoot(entry.path, deployment), deployment }
}

// An imported notebook loses its extension; people go on writing it.
async function statEntry(ctx: Ctx, path: string): Promise<WorkspaceObject> {
  try {
    return await statFile(ctx, path)
  } catch (error) {
    const bare = path.replace(/\.(py|ipynb|sql)$/, '')
    if (bare === path || !(error instanceof AppError)) throw error
    const found = await statFile(ctx, bare).catch(() => undefined)
    if (found?.type !== ObjectType.Notebook) throw error
    return found
  }
}

function commitEdge(from: NewEdge['from'], deployment: Deployment): NewEdge {
  return {
    kind: 'USED_CODE',
    from,
    to: `commit:${deployment.commit}`,
    data: {
      deployment: deployment.id,
      bundle: deployment.name,
      target: deployment.target,
      branch: deployment.branch,
      dirty_diff: deployment.dirtyDiff,
    },
  }
}

function codeRoot(path: string, deployment: Deployment | undefined): string {
  if (deployment) {
    const files = `${deployment.rootPath}/files`
    return path.startsWith(`${files}/`) ? files : deployment.rootPath
  }
  const folder = dirname(path)
  const shared = folder === '/' || folder === '/Shared' || /^\/Users(\/[^/]+)?$/.test(folder)
  return shared ? path : folder
}
