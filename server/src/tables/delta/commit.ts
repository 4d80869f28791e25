/**
 * Optimistic commits.
 *
 *   newest snapshot → plan (pure) → putEntry(version + 1)
 *        ↑                             ├ won → committed
 *        └── somebody else won it ─────┘
 *
 * A blind append does not depend on what the table held, so it is put again as it is unless the
 * winner changed the schema or protocol; every other plan is made again from the newer snapshot.
 * A `txn` that the table has already seen makes the commit a repetition: nothing is written.
 */
import { randomUUID } from 'node:crypto'
import { tablesErrors } from '../errors.ts'
import { formatActions, type Action, type Txn } from './actions.ts'
import type { DeltaLog } from './delta-log.ts'
import { listWriterFeatures } from './protocol.ts'
import type { Snapshot } from './snapshot.ts'

export interface CommitPlan {
  readonly actions: readonly Action[]
  /** The operation's name in the history: `WRITE`, `MERGE`, `CREATE TABLE`, … */
  readonly operation: string
  readonly parameters?: Readonly<Record<string, string>>
  readonly metrics?: Readonly<Record<string, string>>
  /** It read nothing of the table, so a concurrent commit cannot have made it wrong. */
  readonly isBlindAppend?: boolean
  /** Transactions of the calls that share this commit: the plan left out those that the table had seen. */
  readonly txns?: readonly Txn[]
}

export interface CommitRequest {
  readonly table: string
  readonly nowMs: number
  readonly principal: string
  readonly txn?: { readonly appId: string; readonly version: number }
  /** Decides what to commit on top of a snapshot; undefined when there is nothing to do. */
  readonly plan: (snapshot: Snapshot) => Promise<CommitPlan | undefined>
}

export interface Committed {
  /** The snapshot with the commit in it; for a repetition the newest one. */
  readonly snapshot: Snapshot
  /** The version that this call made; undefined when it made none. */
  readonly version: number | undefined
  /** The table had seen the transaction before. */
  readonly repeated: boolean
  readonly operation?: string
}

const maxTries = 100

export async function commit(log: DeltaLog, request: CommitRequest): Promise<Committed> {
  const release = await log.writing.acquire()
  try {
    return await commitLocked(log, request)
  } finally {
    release()
  }
}

async function commitLocked(log: DeltaLog, request: CommitRequest): Promise<Committed> {
  let snapshot = await log.update()
  let plan: CommitPlan | undefined
  for (let tries = 0; tries < maxTries; tries++) {
    if (request.txn && hasSeen(snapshot, request.txn)) {
      return { snapshot, version: undefined, repeated: true }
    }
    plan ??= await request.plan(snapshot)
    if (!plan) return { snapshot, version: undefined, repeated: false }
    assertAppendOnly(snapshot, plan, request.table)
    const actions = withInfo(snapshot, plan, request)
    const version = snapshot.version + 1
    const entry = { text: formatActions(actions), timestampMs: nextTime(snapshot, request.nowMs) }
    if (version === 0) await log.store.create()
    if (await log.store.putEntry(version, entry)) {
      const made = log.accept(entry, actions, version)
      return { snapshot: made, version, repeated: false, operation: plan.operation }
    }
    const before = snapshot
    snapshot = await log.update()
    const stands = plan.isBlindAppend && !plan.txns && sameShape(before, snapshot)
    if (!stands) plan = undefined
  }
  const problem = `${maxTries} other commits came first`
  throw tablesErrors.TABLES_COMMIT_CONFLICT(request.table, problem)
}

function assertAppendOnly(snapshot: Snapshot, plan: CommitPlan, table: string): void {
  if (snapshot.metadata?.configuration['delta.appendOnly'] !== 'true') return
  if (!plan.actions.some((action) => action.remove?.dataChange)) return
  throw tablesErrors.TABLES_APPEND_ONLY(table)
}

/** Whether the table has a transaction already, or a later one of its application. */
export function hasSeen(snapshot: Snapshot, txn: Txn): boolean {
  const seen = snapshot.txns.get(txn.appId)
  return seen !== undefined && seen.version >= txn.version
}

function sameShape(before: Snapshot, after: Snapshot): boolean {
  return before.metadata === after.metadata && before.protocol === after.protocol
}

/** Commit times grow with the version, whatever the clock does. */
function nextTime(snapshot: Snapshot, nowMs: number): number {
  return Math.max(nowMs, snapshot.timestampMs + 1)
}

function withInfo(snapshot: Snapshot, plan: CommitPlan, request: CommitRequest): Action[] {
  const timestamp = nextTime(snapshot, request.nowMs)
  const inCommit = snapshot.metadata?.configuration['delta.enableInCommitTimestamps'] === 'true'
  const txn: Txn | undefined = request.txn && { ...request.txn, lastUpdated: request.nowMs }
  return [
    {
      commitInfo: {
        ...(inCommit && listWriterFeatures(snapshot.protocol).includes('inCommitTimestamp')
          ? { inCommitTimestamp: timestamp }
          : {}),
        timestamp,
        userName: request.principal,
        operation: plan.operation,
        operationParameters: plan.parameters ?? {},
        operationMetrics: plan.metrics ?? {},
        ...(snapshot.version >= 0 ? { readVersion: snapshot.version } : {}),
        isBlindAppend: plan.isBlindAppend ?? false,
        engineInfo: 'Millrace',
        txnId: randomUUID(),
      },
    },
    ...(txn ? [{ txn }] : []),
    ...(plan.txns ?? []).map((one) => ({ txn: { ...one, lastUpdated: request.nowMs } })),
    ...plan.actions,
  ]
}
