import { Type } from 'typebox'
import type { RoutePlugin } from '../core/index.ts'
import { closed } from './closed-object.ts'
import { getJob } from './job-service.ts'
import { simulateJob } from './simulate-service.ts'
import { listTriggerEntries } from './trigger-note-store.ts'

const base = '/api/millrace/1.0/jobs/:job_id'
const dayMs = 86_400_000
const JobPath = closed({ job_id: Type.Integer({ description: 'The job.' }) })
const Simulate = closed({
  from_ms: Type.Optional(Type.Integer({ description: 'Epoch milliseconds. Default now.' })),
  days: Type.Integer({ minimum: 1, maximum: 366, default: 30, description: 'How far to look.' }),
  duration_ms: Type.Optional(
    Type.Integer({
      minimum: 0,
      description: 'How long each run is taken to last. Default: as long as the latest ones.',
    }),
  ),
})
const History = closed({
  limit: Type.Integer({ minimum: 1, maximum: 1000, default: 100, description: 'At most so many.' }),
})

/** Which runs would start by themselves, and why past ones did or did not. */
export const foresightRoutes: RoutePlugin = async (app) => {
  app.post(
    `${base}/simulate`,
    { schema: { tags: ['jobs'], params: JobPath, body: Simulate } },
    async ({ ctx, params, body }) => {
      const from = body.from_ms ?? ctx.now().getTime()
      const to = from + body.days * dayMs
      const found = await simulateJob(ctx, {
        jobId: params.job_id,
        from,
        to,
        durationMs: body.duration_ms,
      })
      return {
        duration_ms: found.durationMs,
        measured_from: found.measuredFrom,
        max_concurrent_runs: found.maxConcurrentRuns,
        runs: found.runs.map(({ startsAt, ...run }) => ({
          ...run,
          ...(startsAt === undefined ? {} : { starts_at: startsAt }),
        })),
        unforeseeable: found.unforeseeable,
        truncated: found.truncated,
      }
    },
  )
  app.get(
    `${base}/trigger-history`,
    { schema: { tags: ['jobs'], params: JobPath, querystring: History } },
    async ({ ctx, params, query }) => {
      const { jobId } = await getJob(ctx, params.job_id)
      const entries = await listTriggerEntries(ctx.db, { jobId, limit: query.limit })
      return {
        entries: entries.map((entry) => ({
          at: entry.createdAt.getTime(),
          kind: entry.kind,
          outcome: entry.outcome,
          description: entry.description,
          ...(entry.runId === undefined ? {} : { run_id: entry.runId }),
        })),
      }
    },
  )
}
