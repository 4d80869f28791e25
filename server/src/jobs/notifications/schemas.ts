import { Type, type Static } from 'typebox'
import { closed } from '../closed-object.ts'

const addresses = Type.Optional(
  Type.Array(Type.String({ maxLength: 320 }), { description: 'E-mail addresses.' }),
)
const destinations = Type.Optional(
  Type.Array(closed({ id: Type.String({ description: 'A notification destination.' }) }), {
    maxItems: 3,
    description: 'Up to three notification destinations.',
  }),
)
const flag = (description: string) => Type.Optional(Type.Boolean({ description }))
const quietSkipped = flag('true says nothing of a run that was skipped.')

// Refused by name when it is not empty.
const streamingBacklog = Type.Optional(Type.Array(Type.Unknown()))

export const EmailNotifications = closed({
  on_start: addresses,
  on_success: addresses,
  on_failure: addresses,
  on_duration_warning_threshold_exceeded: addresses,
  on_streaming_backlog_exceeded: streamingBacklog,
  no_alert_for_skipped_runs: quietSkipped,
})

export const WebhookNotifications = closed({
  on_start: destinations,
  on_success: destinations,
  on_failure: destinations,
  on_duration_warning_threshold_exceeded: destinations,
  on_streaming_backlog_exceeded: streamingBacklog,
})

export const NotificationSettings = closed({
  no_alert_for_skipped_runs: quietSkipped,
  no_alert_for_canceled_runs: flag('true says nothing of a run that was canceled.'),
  alert_on_last_attempt: flag('true says nothing of an attempt that is tried again.'),
})

export const notificationFields = {
  email_notifications: Type.Optional(EmailNotifications),
  webhook_notifications: Type.Optional(WebhookNotifications),
  notification_settings: Type.Optional(NotificationSettings),
}

/** A job or a task, as far as it asks for notifications. */
export interface Notified {
  readonly email_notifications?: Static<typeof EmailNotifications>
  readonly webhook_notifications?: Static<typeof WebhookNotifications>
  readonly notification_settings?: Static<typeof NotificationSettings>
}

export const notificationEvents = [
  'on_start',
  'on_success',
  'on_failure',
  'on_duration_warning_threshold_exceeded',
] as const
export type NotificationEvent = (typeof notificationEvents)[number]
