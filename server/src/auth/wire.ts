import { Type, type Static, type TObject, type TProperties } from 'typebox'
import { Permission, ResourceType, type Grant, type Role, type User } from './types.ts'

/** MLflow serves every call under `/api` for clients and under `/ajax-api` for its web pages. */
export const prefixes = ['/api', '/ajax-api'] as const

/** Tags and shows one of two equal routes. */
export function describeRoute(prefix: string, summary: string): object {
  return { tags: ['auth'], summary, hide: prefix !== '/api' }
}

export function closed<P extends TProperties>(properties: P): TObject<P> {
  return Type.Object(properties, { additionalProperties: false })
}

export const username = Type.String({ description: 'The name that the user logs in with.' })

export const permission = Type.Enum(Object.values(Permission), {
  description:
    'What may be done: READ, USE, EDIT and MANAGE, each with those before it; DENY and NO_PERMISSIONS refuse.',
})

export const resourceType = Type.Enum(Object.values(ResourceType), {
  description: 'The kind of thing that the permission is on.',
})

export const roleId = Type.Integer({ description: 'The number of the role.' })

export const NameQuery = closed({ username })
export const RoleQuery = closed({ role_id: roleId })
export type RoleQuery = Static<typeof RoleQuery>

export function encodeUser(user: User): object {
  return { id: user.id, username: user.name, is_admin: user.isAdmin }
}

export function encodeRole(role: Role, grants: readonly Grant[]): object {
  return {
    id: role.id,
    name: role.name,
    workspace: 'default',
    description: role.description ?? null,
    permissions: grants.filter((grant) => grant.roleId === role.id).map(encodeGrant),
  }
}

export function encodeGrant(grant: Grant): object {
  return {
    id: grant.grantId,
    role_id: grant.roleId,
    resource_type: grant.type,
    resource_pattern: grant.id,
    permission: grant.permission,
  }
}
