import { defineErrors } from '../core/index.ts'

export const webhooksErrors = defineErrors({
  WEBHOOKS_NOT_FOUND: {
    status: 404,
    wire: 'RESOURCE_DOES_NOT_EXIST',
    text: (id: string) => `Webhook with ID ${id} not found.`,
  },
  WEBHOOKS_DELIVERY_NOT_FOUND: {
    status: 404,
    wire: 'RESOURCE_DOES_NOT_EXIST',
    text: (id: string, webhook: string) => `Webhook ${webhook} has no delivery ${id}`,
  },
  WEBHOOKS_EVENT_UNKNOWN: {
    status: 400,
    wire: 'INVALID_PARAMETER_VALUE',
    text: (event: string, known: readonly string[]) =>
      `There is no webhook event '${event}'; known are ${known.join(', ')}`,
  },
  WEBHOOKS_EVENTS_MISSING: {
    status: 400,
    wire: 'INVALID_PARAMETER_VALUE',
    text: () => 'A webhook needs at least one event',
  },
  WEBHOOKS_REGISTRY_WIDE_ONLY: {
    status: 400,
    wire: 'INVALID_PARAMETER_VALUE',
    text: (event: string) => `${event} is registry-wide; leave model_name out`,
  },
  WEBHOOKS_TARGET_MISSING: {
    status: 400,
    wire: 'INVALID_PARAMETER_VALUE',
    text: () => 'A webhook needs exactly one of http_url_spec and job_spec',
  },
  WEBHOOKS_NAME_INVALID: {
    status: 400,
    wire: 'INVALID_PARAMETER_VALUE',
    text: (name: string) =>
      `Webhook name '${name}' must be 1 to 63 letters, digits, '-', '_' or '.', beginning and ending with a letter or digit`,
  },
})
