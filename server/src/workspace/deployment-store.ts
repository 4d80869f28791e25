import type { Selectable } from 'kysely'
import type { Db } from '../core/index.ts'
import type { WorkspaceDeploymentTable } from './tables.ts'
import type { Deployment } from './types.ts'

export async function insertDeployment(db: Db, deployment: Deployment): Promise<void> {
  await db
    .insertInto('workspace_deployment')
    .values({
      id: deployment.id,
      name: deployment.name,
      target: deployment.target,
      root_path: deployment.rootPath,
      commit_sha: deployment.commit ?? null,
      branch: deployment.branch ?? null,
      dirty_diff: deployment.dirtyDiff,
      resources: JSON.stringify(deployment.resources),
      principal: deployment.principal,
      created_at: deployment.createdAt.getTime(),
    })
    .execute()
}

export async function findDeploymentById(db: Db, id: string): Promise<Deployment | undefined> {
  const row = await db
    .selectFrom('workspace_deployment')
    .selectAll()
    .where('id', '=', id)
    .executeTakeFirst()
  return row && toDeployment(row)
}

/** The newest deployment whose root is one of `rootPaths`, the longest root first. */
export async function findNewestDeployment(
  db: Db,
  rootPaths: readonly string[],
): Promise<Deployment | undefined> {
  const rows = await db
    .selectFrom('workspace_deployment')
    .selectAll()
    .where('root_path', 'in', rootPaths)
    .orderBy('id', 'desc')
    .execute()
  const longest = Math.max(0, ...rows.map((row) => row.root_path.length))
  const row = rows.find((candidate) => candidate.root_path.length === longest)
  return row && toDeployment(row)
}

export interface DeploymentQuery {
  readonly name?: string | undefined
  readonly target?: string | undefined
  readonly limit: number
}

/** Newest first. */
export async function listDeployments(db: Db, query: DeploymentQuery): Promise<Deployment[]> {
  let select = db.selectFrom('workspace_deployment').selectAll()
  if (query.name !== undefined) select = select.where('name', '=', query.name)
  if (query.target !== undefined) select = select.where('target', '=', query.target)
  const rows = await select.orderBy('id', 'desc').limit(query.limit).execute()
  return rows.map(toDeployment)
}

function toDeployment(row: Selectable<WorkspaceDeploymentTable>): Deployment {
  return {
    id: row.id,
    name: row.name,
    target: row.target,
    rootPath: row.root_path,
    commit: row.commit_sha ?? undefined,
    branch: row.branch ?? undefined,
    dirtyDiff: row.dirty_diff,
    resources: JSON.parse(row.resources) as Deployment['resources'],
    principal: row.principal,
    createdAt: new Date(Number(row.created_at)),
  }
}
