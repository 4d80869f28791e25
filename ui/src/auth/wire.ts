export const permissions = ['READ', 'USE', 'EDIT', 'MANAGE', 'NO_PERMISSIONS'] as const
export type Permission = (typeof permissions)[number] | 'DENY'

export const resourceTypes = [
  'experiment',
  'registered_model',
  'serving_endpoint',
  'workspace',
] as const
export type ResourceType = (typeof resourceTypes)[number]

export interface Grant {
  readonly id: number
  readonly role_id: number
  readonly resource_type: ResourceType
  /** An id or a name, or `*` for all of the type. */
  readonly resource_pattern: string
  readonly permission: Permission
}

export interface Role {
  readonly id: number
  readonly name: string
  readonly description: string | null
  readonly permissions: readonly Grant[]
}

export interface User {
  readonly id: number
  readonly username: string
  readonly is_admin: boolean
  /** Of others only an admin sees them. */
  readonly roles: readonly Role[]
}

/** Whether a role only holds one user's own permissions; people see it as those, not as a role. */
export function isPersonal({ name }: Role): boolean {
  return /^__user_\d+__$/.test(name)
}

const typeWords: Readonly<Record<ResourceType, string>> = {
  experiment: 'Experiment',
  registered_model: 'Registered model',
  serving_endpoint: 'Serving endpoint',
  workspace: 'Workspace',
}

export function wordOfType(type: ResourceType): string {
  return typeWords[type]
}

/** What a grant is on, in words: "every experiment", "experiment 5". */
export function describeTarget({ resource_type: type, resource_pattern: pattern }: Grant): string {
  const word = typeWords[type].toLowerCase()
  if (type === 'workspace') return 'the workspace (jobs, tables, features, notebooks)'
  return pattern === '*' ? `every ${word}` : `${word} ${pattern}`
}
