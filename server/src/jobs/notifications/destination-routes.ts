import { Type, type Static } from 'typebox'
import { appendAudit } from '../../auth/index.ts'
import {
  checkOutgoingUrl,
  inTransaction,
  newHexId,
  type Ctx,
  type RoutePlugin,
} from '../../core/index.ts'
import { closed } from '../closed-object.ts'
import { jobsErrors } from '../errors.ts'
import { decodeToken, encodeToken } from '../page-token.ts'
import {
  deleteDestination,
  findDestination,
  listDestinations,
  upsertDestination,
  type Destination,
} from './destination-store.ts'
import type { DestinationConfig } from './destination-types.ts'

const base = '/api/2.0/notification-destinations'
const tags = ['jobs']
const url = Type.String({ maxLength: 4096, description: 'An https address.' })
const secret = Type.Optional(Type.String({ maxLength: 4096, description: 'Kept sealed.' }))

const Config = closed({
  email: Type.Optional(
    closed({
      addresses: Type.Array(Type.String({ maxLength: 320 }), {
        minItems: 1,
        maxItems: 20,
        description: 'Who gets the mail.',
      }),
    }),
  ),
  slack: Type.Optional(closed({ url })),
  microsoft_teams: Type.Optional(closed({ url })),
  pagerduty: Type.Optional(
    closed({ integration_key: Type.String({ maxLength: 256, description: 'Of the service.' }) }),
  ),
  generic_webhook: Type.Optional(closed({ url, username: secret, password: secret })),
})
type Config = Static<typeof Config>

const displayName = Type.String({ minLength: 1, maxLength: 256, description: 'Shown in lists.' })
const Create = closed({ display_name: displayName, config: Config })
const Update = closed({
  display_name: Type.Optional(displayName),
  config: Type.Optional(Config),
})
const Path = closed({ id: Type.String({ description: 'The destination.' }) })
const Page = closed({
  page_size: Type.Integer({ minimum: 1, maximum: 100, default: 20 }),
  page_token: Type.Optional(Type.String({ description: 'next_page_token of the page before.' })),
})

/** Where notifications of jobs can go. Answers never hold addresses of hooks, keys or passwords. */
export const destinationRoutes: RoutePlugin = async (app) => {
  app.post(base, { schema: { tags, body: Create } }, async ({ ctx, body }) =>
    save(ctx, {
      id: newHexId(),
      displayName: body.display_name,
      config: configOf(ctx, body.config),
    }),
  )
  app.get(base, { schema: { tags, querystring: Page } }, async ({ ctx, query }) => {
    const { page_size: limit, page_token: token } = query
    const after = token === undefined ? '' : decodeToken(token, [], ['id']).id
    const found = await listDestinations(ctx, { after, limit: limit + 1 })
    const results = found.slice(0, limit)
    const last = found.length > limit ? results.at(-1) : undefined
    return {
      results: results.map(summaryOf),
      ...(last ? { next_page_token: encodeToken({ id: last.id }) } : {}),
    }
  })
  app.get(`${base}/:id`, { schema: { tags, params: Path } }, async ({ ctx, params }) =>
    toWire(await getDestination(ctx, params.id)),
  )
  app.patch(
    `${base}/:id`,
    { schema: { tags, params: Path, body: Update } },
    async ({ ctx, params, body }) => {
      const before = await getDestination(ctx, params.id)
      return save(ctx, {
        ...before,
        ...(body.display_name === undefined ? {} : { displayName: body.display_name }),
        ...(body.config ? { config: configOf(ctx, body.config) } : {}),
      })
    },
  )
  app.delete(`${base}/:id`, { schema: { tags, params: Path } }, async ({ ctx, params }) => {
    await inTransaction(ctx, async (tx) => {
      if (!(await deleteDestination(tx, params.id))) {
        throw jobsErrors.JOBS_DESTINATION_NOT_FOUND(params.id)
      }
      await audit(tx, 'jobs.destination_deleted', params.id)
    })
    return {}
  })
}

async function getDestination(ctx: Ctx, id: string): Promise<Destination> {
  const found = await findDestination(ctx, id)
  if (!found) throw jobsErrors.JOBS_DESTINATION_NOT_FOUND(id)
  return found
}

async function save(ctx: Ctx, destination: Destination): Promise<Record<string, unknown>> {
  await inTransaction(ctx, async (tx) => {
    await upsertDestination(tx, destination)
    await audit(tx, 'jobs.destination_saved', destination.id)
  })
  return toWire(destination)
}

async function audit(tx: Ctx, action: string, id: string): Promise<void> {
  await appendAudit(tx, { action, subject: `notification-destination:${id}`, data: {} })
}

function configOf(ctx: Ctx, config: Config): DestinationConfig {
  const given = Object.keys(config)
  if (given.length !== 1) {
    throw jobsErrors.JOBS_DESTINATION_INVALID(
      `config names one of email, slack, microsoft_teams, pagerduty and generic_webhook; found ${given.join(' and ') || 'none'}`,
    )
  }
  const found = toConfig(config)
  if ('url' in found) {
    checkOutgoingUrl(found.url, { schemes: ['https'], allowPrivate: ctx.config.allowPrivate })
  }
  if (found.type === 'EMAIL' && ctx.config.smtpUrl === undefined) {
    throw jobsErrors.JOBS_NOTIFICATION_IMPOSSIBLE(
      'config.email',
      'this server knows no mail server; start it with MILLRACE_SMTP_URL=smtp://user:password@host',
    )
  }
  return found
}

function toConfig(config: Config): DestinationConfig {
  const { email, slack, microsoft_teams: teams, pagerduty, generic_webhook: generic } = config
  if (email) return { type: 'EMAIL', addresses: email.addresses }
  if (slack) return { type: 'SLACK', url: slack.url }
  if (teams) return { type: 'MICROSOFT_TEAMS', url: teams.url }
  if (pagerduty) return { type: 'PAGERDUTY', integrationKey: pagerduty.integration_key }
  return { type: 'WEBHOOK', url: '', ...generic }
}

function summaryOf({ id, displayName: display_name, config }: Destination): object {
  return { id, display_name, destination_type: config.type }
}

function toWire(destination: Destination): Record<string, unknown> {
  return { ...summaryOf(destination), config: toWireConfig(destination.config) }
}

function toWireConfig(config: DestinationConfig): object {
  switch (config.type) {
    case 'EMAIL':
      return { email: { addresses: config.addresses } }
    case 'SLACK':
      return { slack: { url_set: true } }
    case 'MICROSOFT_TEAMS':
      return { microsoft_teams: { url_set: true } }
    case 'PAGERDUTY':
      return { pagerduty: { integration_key_set: true } }
    case 'WEBHOOK':
      return {
        generic_webhook: {
          url_set: true,
          username_set: config.username !== undefined,
          password_set: config.password !== undefined,
        },
      }
  }
}
