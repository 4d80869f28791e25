import type { Http } from './http.ts'

export interface AuditVerdict {
  /** Links that were looked at. */
  readonly entries: number
  /** The first link that does not fit, and why. */
  readonly broken?: { readonly seq: number; readonly reason: string }
}

/** Who I am, and the audit chain. */
export interface AuthApi {
  readonly whoAmI: () => Promise<string>
  readonly verifyAudit: () => Promise<AuditVerdict>
}

export function authApi(http: Http): AuthApi {
  return {
    whoAmI: async () =>
      (await http.call<{ userName: string }>('GET', '/api/2.0/preview/scim/v2/Me')).userName,
    verifyAudit: () => http.call('GET', '/api/millrace/1.0/auth/audit/verify'),
  }
}
