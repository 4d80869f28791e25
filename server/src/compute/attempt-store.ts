import type { Selectable } from 'kysely'
import { run, runScript, type Ctx, type Db } from '../core/index.ts'
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
export async function insertAttempt(tx: Ctx, attempt: NewAttempt): Promise<void> {
  await runScript(tx, () =>
    run(
      `insert into compute_attempt (attempt_id, environment, entry, state, started_at)
       values (?, ?, ?, 'RUNNING', ?) on conflict (attempt_id) do nothing`,
      attempt.attemptId,
      attempt.environment,
      attempt.entry,
      attempt.startedAt,
    ),
  )
}

export async function updateAttemptEnded(
  tx: Ctx,
  attemptId: string,
  report: ExitReport,
): Promise<void> {
  await runScript(tx, () =>
    run(
      `update compute_attempt set state = 'ENDED', reason = ?, exit_code = ?, ended_at = ?,
       max_rss_bytes = ?, cpu_ms = ? where attempt_id = ?`,
      report.reason,
      report.exitCode,
      report.endedAt,
      report.maxRssBytes,
      report.cpuMs,
      attemptId,
    ),
  )
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
