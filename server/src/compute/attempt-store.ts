import type { Selectable } from 'kysely'
import type { Db } from '../core/index.ts'
import type { ComputeAttemptTable } from './tables.ts'
import type { ExitReport } from './types.ts'

export interface AttemptRecord {
  readonly attemptId: string
  readonly environment: string
  readonly state: 'RUNNING' | 'ENDED'
}

export interface NewAttempt {
  readonly attemptId: string
  readonly environment: string
  /** `script`, `notebook` or `module`. */
  readonly entry: string
  readonly startedAt: number
}

/** Records a started attempt; one that is known stays as it is. */
export async function insertAttempt(db: Db, attempt: NewAttempt): Promise<void> {
  await db
    .insertInto('compute_attempt')
    .values({
      attempt_id: attempt.attemptId,
      environment: attempt.environment,
      entry: attempt.entry,
      state: 'RUNNING',
      reason: null,
      exit_code: null,
      started_at: attempt.startedAt,
      ended_at: null,
      max_rss_bytes: null,
      cpu_ms: null,
    })
    .onConflict((c) => c.column('attempt_id').doNothing())
    .execute()
}

export async function updateAttemptEnded(
  db: Db,
  attemptId: string,
  report: ExitReport,
): Promise<void> {
  await db
    .updateTable('compute_attempt')
    .set({
      state: 'ENDED',
      reason: report.reason,
      exit_code: report.exitCode,
      ended_at: report.endedAt,
      max_rss_bytes: report.maxRssBytes,
      cpu_ms: report.cpuMs,
    })
    .where('attempt_id', '=', attemptId)
    .execute()
}

export async function listRunningAttempts(db: Db): Promise<AttemptRecord[]> {
  const rows = await db
    .selectFrom('compute_attempt')
    .select(['attempt_id', 'environment', 'state'])
    .where('state', '=', 'RUNNING')
    .orderBy('attempt_id')
    .execute()
  return rows.map(toAttempt)
}

function toAttempt(
  row: Pick<Selectable<ComputeAttemptTable>, 'attempt_id' | 'environment' | 'state'>,
): AttemptRecord {
  return { attemptId: row.attempt_id, environment: row.environment, state: row.state }
}
