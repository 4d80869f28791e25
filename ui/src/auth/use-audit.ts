import { useQuery, type UseQueryResult } from '@tanstack/react-query'
import { requestJson } from '../api/http.ts'

export interface AuditEntry {
  readonly seq: number
  readonly action: string
  readonly subject: string
  readonly principal: string
  readonly data: Readonly<Record<string, unknown>>
  readonly createdAt: string
  readonly hash: string
}

export interface AuditVerdict {
  readonly entries: number
  readonly broken?: { readonly seq: number; readonly reason: string }
}

const base = '/api/millrace/1.0/auth/audit'
const pageSize = 1000

/** The whole chain, newest first. */
export function useAudit(): UseQueryResult<readonly AuditEntry[]> {
  return useQuery({
    queryKey: ['audit', 'list'],
    queryFn: async ({ signal }) => {
      const found: AuditEntry[] = []
      for (let after = 0; ;) {
        const page = await requestJson<{ entries: readonly AuditEntry[]; next_after: number }>(
          base,
          { query: { after, limit: pageSize }, signal },
        )
        found.push(...page.entries)
        if (page.entries.length < pageSize) return found.toReversed()
        after = page.next_after
      }
    },
  })
}

/** Recomputes every link of the chain. */
export async function verifyAudit(): Promise<AuditVerdict> {
  return requestJson<AuditVerdict>(`${base}/verify`)
}
