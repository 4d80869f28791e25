import { Type } from 'typebox'
import type { RoutePlugin } from '../core/index.ts'
import { closed } from './closed-object.ts'
import { JobSettings } from './settings-schema.ts'
import {
  checkSettingsText,
  saveSettingsText,
  viewRevisions,
  viewSettings,
} from './settings-text-service.ts'

const base = '/api/millrace/1.0/jobs'
const tags = ['jobs']
const JobPath = closed({ job_id: Type.Integer({ description: 'The job.' }) })
const yaml = Type.String({ maxLength: 8 * 1024 * 1024, description: 'The settings as YAML.' })
const Read = closed({
  revision: Type.Optional(Type.Integer({ minimum: 1, description: 'The newest when absent.' })),
})
const Save = closed({
  yaml,
  revision: Type.Integer({
    minimum: 0,
    description: 'The revision that was edited; refused when there is a newer one.',
  }),
})

/** A job's settings as text: read, check, save, and go back. */
export const settingsTextRoutes: RoutePlugin = async (app) => {
  app.get(`${base}/settings-schema`, { schema: { tags } }, async () => JobSettings)
  app.post(
    `${base}/settings-check`,
    { schema: { tags, body: closed({ yaml }) } },
    async ({ ctx, body }) => ({ problems: await checkSettingsText(ctx, body.yaml) }),
  )
  app.get(
    `${base}/:job_id/settings`,
    { schema: { tags, params: JobPath, querystring: Read } },
    async ({ ctx, params, query }) =>
      viewSettings(ctx, { jobId: params.job_id, revision: query.revision }),
  )
  app.put(
    `${base}/:job_id/settings`,
    { schema: { tags, params: JobPath, body: Save } },
    async ({ ctx, params, body }) => saveSettingsText(ctx, { jobId: params.job_id, ...body }),
  )
  app.get(
    `${base}/:job_id/revisions`,
    { schema: { tags, params: JobPath } },
    async ({ ctx, params }) => {
      const revisions = await viewRevisions(ctx, params.job_id)
      return {
        revisions: revisions.map(({ revision, changedBy, changedAt }) => ({
          revision,
          changed_by: changedBy,
          changed_at: changedAt.getTime(),
        })),
      }
    },
  )
}
