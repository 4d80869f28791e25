import type { App, Ctx, RoutePlugin } from '../core/index.ts'
import { visibleJobs } from './job-access.ts'
import { listJobs, type JobPage } from './job-reads.ts'
import { createJob, deleteJob, getJob, resetJob, updateJobSettings } from './job-service.ts'
import { listTriggersOfJob } from './trigger-store.ts'
import {
  itemsPerPage,
  pageOfSettings,
  toBaseJobWire,
  toJobWire,
  toTriggerWire,
} from './job-wire.ts'
import { decodeToken, encodeToken } from './page-token.ts'
import { GetJob, JobId, ListJobs, ResetJob, UpdateJob } from './run-schema.ts'
import { CreateJob } from './settings-schema.ts'

export const apiVersions = ['2.1', '2.2'] as const

/** The Jobs API's jobs, under each version that clients speak. */
export const jobRoutes: RoutePlugin = async (app) => {
  for (const version of apiVersions) register(app, `/api/${version}/jobs`)
}

function register(app: App, base: string): void {
  app.post(`${base}/create`, { schema: { tags: ['jobs'], body: CreateJob } }, async (request) => {
    const { access_control_list: permissions, ...settings } = request.body
    const job = await createJob(request.ctx, { settings, ...(permissions ? { permissions } : {}) })
    return { job_id: job.jobId }
  })
  app.post(`${base}/reset`, { schema: { tags: ['jobs'], body: ResetJob } }, async (request) => {
    const { job_id: jobId, new_settings: settings } = request.body
    await resetJob(request.ctx, { jobId, settings })
    return {}
  })
  app.post(`${base}/update`, { schema: { tags: ['jobs'], body: UpdateJob } }, async (request) => {
    const { job_id: jobId, new_settings: newSettings, fields_to_remove: fields } = request.body
    await updateJobSettings(request.ctx, {
      jobId,
      newSettings: newSettings ?? {},
      fieldsToRemove: fields ?? [],
    })
    return {}
  })
  app.post(`${base}/delete`, { schema: { tags: ['jobs'], body: JobId } }, async (request) => {
    await deleteJob(request.ctx, request.body.job_id)
    return {}
  })
  app.get(`${base}/get`, { schema: { tags: ['jobs'], querystring: GetJob } }, async (request) => {
    const { job_id: jobId, page_token: token } = request.query
    const offset = token === undefined ? 0 : decodeToken(token, ['offset']).offset
    const job = await getJob(request.ctx, jobId)
    const part = pageOfSettings(job.settings, offset)
    const triggers = await listTriggersOfJob(request.ctx.db, jobId)
    return {
      ...toJobWire(job, part),
      ...(triggers.length > 0 ? { trigger_details: triggers.map(toTriggerWire) } : {}),
      ...(part.hasMore ? { next_page_token: encodeToken({ offset: offset + itemsPerPage }) } : {}),
    }
  })
  app.get(
    `${base}/list`,
    { schema: { tags: ['jobs'], querystring: ListJobs } },
    async (request) => {
      const page = await pageOfJobs(request.ctx, request.query)
      const shown = await visibleJobs(request.ctx, page.jobs)
      return toListWire({ ...page, shown }, request.query.expand_tasks ?? false)
    },
  )
}

async function pageOfJobs(ctx: Ctx, query: ListJobs): Promise<JobPage> {
  const { limit = 20, name, page_token: token } = query
  const place = token === undefined ? undefined : decodeToken(token, ['job_id'], ['side'])
  return listJobs(ctx.db, {
    limit: limit === 0 ? 100 : limit,
    ...(name === undefined ? {} : { name }),
    ...(place
      ? {
          from: {
            jobId: place.job_id,
            direction: place.side === 'newer' ? ('newer' as const) : ('older' as const),
          },
        }
      : {}),
  })
}

/** A page may hold fewer jobs than were read, while its tokens go on. */
function toListWire(
  page: JobPage & { readonly shown: JobPage['jobs'] },
  expandTasks: boolean,
): Record<string, unknown> {
  const first = page.jobs.at(0)
  const last = page.jobs.at(-1)
  return {
    jobs: page.shown.map((job) => toBaseJobWire(job, expandTasks)),
    has_more: page.hasOlder && last !== undefined,
    ...(page.hasOlder && last
      ? { next_page_token: encodeToken({ job_id: last.jobId, side: 'older' }) }
      : {}),
    ...(page.hasNewer && first
      ? { prev_page_token: encodeToken({ job_id: first.jobId, side: 'newer' }) }
      : {}),
  }
}
