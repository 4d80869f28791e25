import type { Generated } from 'kysely'
import type { Permission, ResourceType } from './types.ts'

export interface AuthTokenTable {
  id: string
  hash: string
  principal: string
  kind: 'user' | 'service_principal'
  is_owner: number
  attempt_id: string | null
  comment: string
  created_at: number
  expires_at: number | null
}

export interface AuditEntryTable {
  seq: Generated<number>
  action: string
  subject: string
  principal: string
  data: string
  created_at: number
  previous_hash: string
  hash: string
}

export interface AuthSecretScopeTable {
  name: string
  creator: string
  created_at: number
}

export interface AuthSecretTable {
  scope: string
  key: string
  /** The value in base64, sealed. */
  sealed: string
  updated_at: number
}

export interface AuthSecretAclTable {
  scope: string
  principal: string
  permission: 'READ' | 'WRITE' | 'MANAGE'
}

export interface AuthUserTable {
  id: Generated<number>
  name: string
  password_hash: string
  is_admin: number
  created_at: number
}

export interface AuthRoleTable {
  id: Generated<number>
  name: string
  description: string | null
  user_id: number | null
}

export interface AuthRoleMemberTable {
  id: Generated<number>
  role_id: number
  user_id: number
}

export interface AuthGrantTable {
  id: Generated<number>
  role_id: number
  resource_type: ResourceType
  resource_pattern: string
  permission: Permission
}

/** One row: a text that only the right `secrets.key` opens. */
export interface AuthKeyCheckTable {
  id: number
  sealed: string
}

declare module '../core/db/tables.ts' {
  interface Tables {
    auth_token: AuthTokenTable
    audit_entry: AuditEntryTable
    auth_secret_scope: AuthSecretScopeTable
    auth_secret: AuthSecretTable
    auth_secret_acl: AuthSecretAclTable
    auth_user: AuthUserTable
    auth_role: AuthRoleTable
    auth_role_member: AuthRoleMemberTable
    auth_grant: AuthGrantTable
    auth_key_check: AuthKeyCheckTable
  }
}
