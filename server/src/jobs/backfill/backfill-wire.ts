import type { IntervalCounts } from './backfill-reads.ts'
import type { Backfill, Interval } from './types.ts'

type Wire = Record<string, unknown>

export function toBackfillWire(backfill: Backfill, counts: IntervalCounts | undefined): Wire {
  const { range, cadence, only, endedAt, cancelRequestedAt } = backfill
  return {
    backfill_id: backfill.backfillId,
    job_id: backfill.jobId,
    job_name: backfill.jobName,
    creator_user_name: backfill.creator,
    created_time: backfill.createdAt.getTime(),
    ...(endedAt ? { end_time: endedAt.getTime() } : {}),
    ...(cancelRequestedAt ? { cancel_requested_time: cancelRequestedAt.getTime() } : {}),
    state: backfill.state,
    ...(range ? { from_ms: range.from, to_ms: range.to } : {}),
    ...(cadence ? { cadence } : {}),
    job_parameters: backfill.parameters,
    ...(only ? { only } : {}),
    reprocess: backfill.reprocess,
    failed_only: backfill.failedOnly,
    max_parallel: backfill.maxParallel,
    backwards: backfill.backwards,
    counts: counts ?? {},
    total: Object.values(counts ?? {}).reduce((sum, n) => sum + n, 0),
  }
}

export function toIntervalWire(interval: Interval): Wire {
  const { runId, startedAt, endedAt } = interval
  return {
    position: interval.position,
    logical_time: interval.logicalAt,
    action: interval.action,
    state: interval.state,
    reason: interval.reason,
    ...(runId === undefined ? {} : { run_id: runId }),
    ...(startedAt ? { start_time: startedAt.getTime() } : {}),
    ...(endedAt ? { end_time: endedAt.getTime() } : {}),
  }
}
