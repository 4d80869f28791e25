import { appendEvent, inTransaction, newId, type Ctx } from '../core/index.ts'
import { findDeploymentById, findNewestDeployment, insertDeployment } from './deployment-store.ts'
import { workspaceErrors } from './errors.ts'
import { ancestorsAndSelf, parsePath } from './path.ts'
import type { Deployment } from './types.ts'

declare module '../core/events/types.ts' {
  interface EventPayloads {
    'workspace.deployed': {
      readonly deployment_id: string
      readonly name: string
      readonly target: string
    }
  }
}

export interface RecordDeploymentInput {
  readonly name: string
  readonly target: string
  readonly rootPath: string
  readonly commit?: string | undefined
  readonly branch?: string | undefined
  readonly dirtyDiff?: string | undefined
  readonly resources: Readonly<Record<string, unknown>>
}

export async function recordDeployment(
  ctx: Ctx,
  input: RecordDeploymentInput,
): Promise<Deployment> {
  const createdAt = ctx.now()
  const deployment: Deployment = {
    id: newId(),
    name: input.name,
    target: input.target,
    rootPath: parsePath(input.rootPath),
    commit: input.commit,
    branch: input.branch,
    dirtyDiff: input.dirtyDiff ?? '',
    resources: input.resources,
    principal: ctx.principal.name,
    createdAt,
  }
  await inTransaction(ctx, async (tx) => {
    await insertDeployment(tx.db, deployment)
    await appendEvent(tx, {
      type: 'workspace.deployed',
      subject: `deployment:${deployment.id}`,
      payload: {
        deployment_id: deployment.id,
        name: deployment.name,
        target: deployment.target,
      },
    })
  })
  return deployment
}

/** The newest deployment that a workspace path belongs to. */
export async function findDeployment(ctx: Ctx, path: string): Promise<Deployment | undefined> {
  return findNewestDeployment(ctx.db, ancestorsAndSelf(parsePath(path)))
}

export async function getDeployment(ctx: Ctx, id: string): Promise<Deployment> {
  const found = await findDeploymentById(ctx.db, id)
  if (!found) throw workspaceErrors.WORKSPACE_DEPLOYMENT_NOT_FOUND(id)
  return found
}
