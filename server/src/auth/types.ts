/** What a grant allows; each level includes those before it. */
export const Permission = {
  /** Refuses, whatever else is granted. MLflow's newer name for `NO_PERMISSIONS`. */
  Deny: 'DENY',
  NoPermissions: 'NO_PERMISSIONS',
  Read: 'READ',
  Use: 'USE',
  Edit: 'EDIT',
  Manage: 'MANAGE',
} as const
export type Permission = (typeof Permission)[keyof typeof Permission]

/** What grants are given on. */
export const ResourceType = {
  Experiment: 'experiment',
  RegisteredModel: 'registered_model',
  ServingEndpoint: 'serving_endpoint',
  /** Everything else of the server: jobs, tables, features, notebooks. Its only id is `*`. */
  Workspace: 'workspace',
} as const
export type ResourceType = (typeof ResourceType)[keyof typeof ResourceType]

export interface Resource {
  readonly type: ResourceType
  /** An experiment's id, a model's or endpoint's name, or `*` for all of the type. */
  readonly id: string
}

export const wholeWorkspace: Resource = { type: ResourceType.Workspace, id: '*' }

export interface User {
  readonly id: number
  readonly name: string
  /** May do everything, as the owner of the server. */
  readonly isAdmin: boolean
}

export interface Role {
  readonly id: number
  readonly name: string
  readonly description: string | undefined
  /** The user whose own grants this role holds; absent for roles that people named. */
  readonly userId: number | undefined
}

export interface Grant extends Resource {
  /** Of this grant. */
  readonly grantId: number
  readonly roleId: number
  readonly permission: Permission
}
