import type { NotificationEvent } from './schemas.ts'

/** What is to be told, before it is known in which form. */
export interface Message {
  readonly event: NotificationEvent
  readonly job: { readonly id: number | undefined; readonly name: string }
  readonly runId: number
  readonly task?: { readonly key: string; readonly runId: number }
  /** `SUCCESS`, `FAILED`, …; absent while it runs. */
  readonly result?: string
  readonly text: string
  readonly url: string
}

const words: Readonly<Record<NotificationEvent, string>> = {
  on_start: 'has started',
  on_success: 'has succeeded',
  on_failure: 'has failed',
  on_duration_warning_threshold_exceeded: 'takes longer than expected',
}

/** One line that says what happened. */
export function headline({ event, job, task, result }: Message): string {
  const what = task ? `Task ${task.key} of job ${job.name}` : `Job ${job.name}`
  const ended = event === 'on_failure' && result !== undefined && result !== 'FAILED'
  return `${what} ${ended ? `ended ${result}` : words[event]}`
}

/** The body that a generic webhook gets: the fields of a Databricks job notification. */
export function genericBody(message: Message): Readonly<Record<string, unknown>> {
  const { event, job, runId, task, result, text, url } = message
  return {
    event_type: `jobs.${event}`,
    workspace_id: '1',
    run: { run_id: runId },
    job: { job_id: job.id ?? null, name: job.name },
    ...(task ? { task: { task_key: task.key, run_id: task.runId } } : {}),
    ...(result === undefined ? {} : { result_state: result }),
    message: text,
    run_page_url: url,
  }
}
