import { jobsErrors } from './errors.ts'
import type { JobSettings, NestedTask, Task } from './settings-schema.ts'

type Watched = Pick<
  JobSettings | Task | NestedTask,
  'health' | 'email_notifications' | 'webhook_notifications'
>

/** Refuses what only streams of Spark have; `where` is the job or one of its tasks. */
export function checkHealth(watched: Watched, where: string): void {
  for (const { metric } of watched.health?.rules ?? []) {
    if (metric === 'RUN_DURATION_SECONDS') continue
    throw jobsErrors.JOBS_FIELD_UNSUPPORTED(
      `health.rules.metric: ${metric}`,
      `of ${where}; only RUN_DURATION_SECONDS can be watched, because no Spark streams run here`,
    )
  }
  for (const field of ['email_notifications', 'webhook_notifications'] as const) {
    if ((watched[field]?.on_streaming_backlog_exceeded ?? []).length === 0) continue
    throw jobsErrors.JOBS_FIELD_UNSUPPORTED(
      `${field}.on_streaming_backlog_exceeded`,
      `of ${where}; no Spark streams run here. on_duration_warning_threshold_exceeded is told of long runs`,
    )
  }
}
