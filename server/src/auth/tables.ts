import type { Generated } from 'kysely'

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

declare module '../core/db/tables.ts' {
  interface Tables {
    auth_token: AuthTokenTable
    audit_entry: AuditEntryTable
  }
}
