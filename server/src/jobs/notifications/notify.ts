import { jobsErrors } from '../errors.ts'
import type { Ctx } from '../../core/index.ts'
import type { JobSettings } from '../settings-schema.ts'
import type { JobRun, Result } from '../types.ts'
import { findDestination } from './destination-store.ts'
import type { Message } from './messages.ts'
import { insertNotifications } from './outbox-store.ts'
import { eventOfEnd, notifiesAnyone, recipientsOf } from './recipients.ts'
import { notificationEvents, type NotificationEvent, type Notified } from './schemas.ts'

/** Refuses notifications that could never arrive, naming the field. */
export async function checkNotified(ctx: Ctx, settings: JobSettings): Promise<void> {
  await checkOne(ctx, settings, '')
  for (const task of settings.tasks ?? []) {
    await checkOne(ctx, task, `tasks.${task.task_key}.`)
    const nested = task.for_each_task?.task
    if (nested) await checkOne(ctx, nested, `tasks.${nested.task_key}.`)
  }
}

async function checkOne(ctx: Ctx, notified: Notified, where: string): Promise<void> {
  for (const event of notificationEvents) {
    for (const { channel, target } of recipientsOf(notified, event)) {
      const field = `${where}${channel === 'email' ? 'email' : 'webhook'}_notifications.${event}`
      if (channel === 'email') checkAddress(ctx, field, target)
      else if (!(await findDestination(ctx, target))) {
        const problem = `there is no notification destination '${target}'`
        throw jobsErrors.JOBS_NOTIFICATION_IMPOSSIBLE(field, problem)
      }
    }
  }
}

function checkAddress(ctx: Ctx, field: string, address: string): void {
  if (ctx.config.smtpUrl === undefined) {
    throw jobsErrors.JOBS_NOTIFICATION_IMPOSSIBLE(
      field,
      'this server knows no mail server; start it with MILLRACE_SMTP_URL=smtp://user:password@host',
    )
  }
  if (/^[^\s@]+@[^\s@]+$/.test(address)) return
  throw jobsErrors.JOBS_NOTIFICATION_IMPOSSIBLE(field, `'${address}' is not an e-mail address`)
}

export interface Happening {
  readonly run: Pick<JobRun, 'runId' | 'jobId' | 'name'>
  /** The job, or the task, that asks to be told of. */
  readonly notified: Notified
  readonly task?: { readonly key: string; readonly runId: number }
  readonly what:
    | { readonly kind: 'started' | 'late' }
    | {
        readonly kind: 'ended'
        readonly result: Result | undefined
        readonly message: string
        /** Another attempt follows. */
        readonly triedAgain: boolean
      }
}

/** Queues what is to be told of a run or a task, in the transaction in which it happens. */
export async function notify(tx: Ctx, happening: Happening): Promise<void> {
  const { notified, run, task, what } = happening
  if (!notifiesAnyone(notified)) return
  const event = eventOf(notified, what)
  if (!event) return
  const message: Message = {
    event,
    job: { id: run.jobId, name: run.name },
    runId: run.runId,
    ...(task ? { task } : {}),
    ...(what.kind === 'ended' && what.result !== undefined ? { result: what.result } : {}),
    text: what.kind === 'ended' ? what.message : '',
    url: `${tx.url}/#job/${run.jobId ?? 0}/run/${run.runId}`,
  }
  await insertNotifications(tx, recipientsOf(notified, event), message)
}

function eventOf(notified: Notified, what: Happening['what']): NotificationEvent | undefined {
  switch (what.kind) {
    case 'started':
      return 'on_start'
    case 'late':
      return 'on_duration_warning_threshold_exceeded'
    case 'ended':
      return eventOfEnd(notified, what)
  }
}
