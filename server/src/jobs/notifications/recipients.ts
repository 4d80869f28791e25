import type { Result } from '../types.ts'
import type { NotificationEvent, Notified } from './schemas.ts'

export interface Recipient {
  readonly channel: 'email' | 'destination'
  readonly target: string
}

/** Everyone who is to hear of this event. */
export function recipientsOf(notified: Notified, event: NotificationEvent): Recipient[] {
  const addresses = notified.email_notifications?.[event] ?? []
  const destinations = notified.webhook_notifications?.[event] ?? []
  return [
    ...addresses.map((target) => ({ channel: 'email' as const, target })),
    ...destinations.map(({ id }) => ({ channel: 'destination' as const, target: id })),
  ]
}

/** Whether anybody is to hear of anything. */
export function notifiesAnyone(notified: Notified): boolean {
  return notified.email_notifications !== undefined || notified.webhook_notifications !== undefined
}

interface End {
  readonly result: Result | undefined
  /** Another attempt follows. */
  readonly triedAgain: boolean
}

/** What the end of a run, or of an attempt, is to those who are told; undefined for nothing. */
export function eventOfEnd(notified: Notified, end: End): NotificationEvent | undefined {
  if (end.result === 'SUCCESS' || end.result === 'SUCCESS_WITH_FAILURES') return 'on_success'
  const tell = end.result === undefined ? undefined : failures[end.result]
  return tell?.(notified, end) ? 'on_failure' : undefined
}

// What never ran because of others is told by them.
const failures: Readonly<Partial<Record<Result, (notified: Notified, end: End) => boolean>>> = {
  FAILED: tellsOfAttempt,
  TIMEDOUT: tellsOfAttempt,
  CANCELED: ({ notification_settings: settings }) => !settings?.no_alert_for_canceled_runs,
  MAXIMUM_CONCURRENT_RUNS_REACHED: ({ notification_settings, email_notifications }) =>
    !(notification_settings ?? email_notifications)?.no_alert_for_skipped_runs,
}

function tellsOfAttempt({ notification_settings: settings }: Notified, end: End): boolean {
  return !(end.triedAgain && settings?.alert_on_last_attempt)
}
