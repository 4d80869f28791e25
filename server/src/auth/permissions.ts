import { Permission, ResourceType } from './types.ts'

const order = ['NO_PERMISSIONS', 'READ', 'USE', 'EDIT', 'MANAGE'] as const

/** Whether `held` includes `needed`. */
export function includes(held: Permission, needed: Permission): boolean {
  return rank(held) >= rank(needed)
}

function rank(permission: Permission): number {
  return permission === Permission.Deny ? 0 : order.indexOf(permission)
}

export interface Held {
  readonly type: ResourceType
  readonly permission: Permission
}

/**
 * What grants and the default come to on a resource of a type: a refusal wins over everything, else
 * the highest counts, and the default counts for everybody. Managing the workspace is managing all
 * that is in it; using it is using what has no permissions of its own.
 */
export function combine(
  type: ResourceType,
  grants: readonly Held[],
  byDefault: Permission,
): Permission {
  const ofWorkspace = grants.filter((grant) => grant.type === ResourceType.Workspace)
  if (ofWorkspace.some(({ permission }) => permission === Permission.Manage)) {
    return Permission.Manage
  }
  let best = byDefault
  for (const { permission, type: on } of grants) {
    if (on !== type && !usedThroughWorkspace.has(type)) continue
    if (rank(permission) === 0) return Permission.NoPermissions
    if (includes(permission, best)) best = permission
  }
  return best
}

const usedThroughWorkspace = new Set<ResourceType>([
  ResourceType.Workspace,
  ResourceType.ServingEndpoint,
])
