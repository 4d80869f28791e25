import { createHash } from 'node:crypto'
import { sql, type Selectable } from 'kysely'
import type { Ctx, Db } from '../core/index.ts'
import type { AuditEntryTable } from './tables.ts'

export interface AuditEntry {
  readonly seq: number
  readonly action: string
  readonly subject: string
  readonly principal: string
  readonly data: Readonly<Record<string, unknown>>
  readonly createdAt: Date
  readonly previousHash: string
  readonly hash: string
}

export interface NewAuditEntry {
  /** `registry.approved`, `auth.permission_changed`, … */
  readonly action: string
  /** A lineage node: `model:churn/3`. */
  readonly subject: string
  readonly data: Readonly<Record<string, unknown>>
}

const genesis = '0'.repeat(64)
const auditLock = 7_061_002

/** Adds a link to the chain, in the transaction of `tx`, so that the record and the deed stand together. */
export async function appendAudit(tx: Ctx, entry: NewAuditEntry): Promise<AuditEntry> {
  if (tx.database.dialect === 'postgres') {
    await sql`select pg_advisory_xact_lock(${auditLock})`.execute(tx.db)
  }
  const last = await tx.db
    .selectFrom('audit_entry')
    .select('hash')
    .orderBy('seq', 'desc')
    .limit(1)
    .executeTakeFirst()
  const link = {
    action: entry.action,
    subject: entry.subject,
    principal: tx.principal.name,
    data: JSON.stringify(entry.data),
    created_at: tx.now().getTime(),
    previous_hash: last?.hash ?? genesis,
  }
  const row = await tx.db
    .insertInto('audit_entry')
    .values({ ...link, hash: hashLink(link) })
    .returningAll()
    .executeTakeFirstOrThrow()
  return toEntry(row)
}

export interface AuditQuery {
  readonly after: number
  readonly limit: number
  readonly subject?: string
}

export async function listAudit(db: Db, query: AuditQuery): Promise<AuditEntry[]> {
  let select = db
    .selectFrom('audit_entry')
    .selectAll()
    .where('seq', '>', query.after)
    .orderBy('seq')
    .limit(query.limit)
  if (query.subject !== undefined) select = select.where('subject', '=', query.subject)
  return (await select.execute()).map(toEntry)
}

export interface AuditVerdict {
  readonly entries: number
  /** The first link that does not fit, and why; absent when the whole chain holds. */
  readonly broken?: { readonly seq: number; readonly reason: string }
}

/** Recomputes every link from the first one on. */
export async function verifyAudit(db: Db): Promise<AuditVerdict> {
  let previous = genesis
  let after = 0
  let entries = 0
  for (;;) {
    const rows = await db
      .selectFrom('audit_entry')
      .selectAll()
      .where('seq', '>', after)
      .orderBy('seq')
      .limit(1000)
      .execute()
    for (const row of rows) {
      entries += 1
      after = Number(row.seq)
      if (row.previous_hash !== previous) {
        return {
          entries,
          broken: { seq: after, reason: 'an entry before it was removed or changed' },
        }
      }
      if (hashLink({ ...row, created_at: Number(row.created_at) }) !== row.hash) {
        return { entries, broken: { seq: after, reason: 'its content was changed' } }
      }
      previous = row.hash
    }
    if (rows.length < 1000) return { entries }
  }
}

type Link = Pick<
  Selectable<AuditEntryTable>,
  'action' | 'subject' | 'principal' | 'data' | 'created_at' | 'previous_hash'
>

function hashLink(link: Link): string {
  const content = [
    link.previous_hash,
    link.action,
    link.subject,
    link.principal,
    link.data,
    link.created_at,
  ]
  return createHash('sha256').update(JSON.stringify(content)).digest('hex')
}

function toEntry(row: Selectable<AuditEntryTable>): AuditEntry {
  return {
    seq: Number(row.seq),
    action: row.action,
    subject: row.subject,
    principal: row.principal,
    data: JSON.parse(row.data) as AuditEntry['data'],
    createdAt: new Date(Number(row.created_at)),
    previousHash: row.previous_hash,
    hash: row.hash,
  }
}
