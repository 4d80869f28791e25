import type { App, RoutePlugin } from '../core/index.ts'
import { apiVersions } from './job-routes.ts'
import { repairRun } from './repair-service.ts'
import { cancelAllRuns, cancelRun, deleteRun } from './run-actions.ts'
import { exportRun } from './export-service.ts'
import {
  CancelAll,
  ExportRun,
  GetRun,
  ListRuns,
  Repair,
  RunId,
  RunNow,
  Submit,
} from './run-schema.ts'
import { runNow, submitRun } from './run-service.ts'
import { viewOutput, viewRun, viewRuns } from './run-views.ts'
import { jobsErrors } from './errors.ts'
import type { RunOverrides } from './types.ts'

/** The Jobs API's runs, under each version that clients speak. */
export const runRoutes: RoutePlugin = async (app) => {
  for (const version of apiVersions) {
    const base = `/api/${version}/jobs`
    starting(app, base)
    changing(app, base)
    reading(app, base)
  }
}

function starting(app: App, base: string): void {
  app.post(`${base}/run-now`, { schema: { tags: ['jobs'], body: RunNow } }, async (request) => {
    const { job_id: jobId, idempotency_token: token, queue, ...overrides } = request.body
    const { runId } = await runNow(request.ctx, {
      jobId,
      overrides: overrides satisfies RunOverrides,
      idempotencyToken: token,
      queue: queue?.enabled,
    })
    return { run_id: runId, number_in_job: runId }
  })
  app.post(`${base}/runs/submit`, { schema: { tags: ['jobs'], body: Submit } }, async (request) => {
    const {
      run_name: name,
      idempotency_token: token,
      access_control_list: permissions,
      ...settings
    } = request.body
    if (permissions && permissions.length > 0) {
      throw jobsErrors.JOBS_FIELD_UNSUPPORTED(
        'access_control_list',
        'a submitted run has no permissions of its own; create a job instead',
      )
    }
    const { runId } = await submitRun(request.ctx, {
      settings: { ...settings, name: name ?? 'Untitled' },
      idempotencyToken: token,
    })
    return { run_id: runId }
  })
}

function changing(app: App, base: string): void {
  app.post(`${base}/runs/cancel`, { schema: { tags: ['jobs'], body: RunId } }, async (request) => {
    await cancelRun(request.ctx, request.body.run_id)
    return {}
  })
  app.post(
    `${base}/runs/cancel-all`,
    { schema: { tags: ['jobs'], body: CancelAll } },
    async (request) => {
      const { job_id: jobId, all_queued_runs: queuedOnly } = request.body
      if (jobId === undefined && !queuedOnly) {
        throw jobsErrors.JOBS_PARAMETER_INVALID('Give a job_id, or all_queued_runs: true')
      }
      await cancelAllRuns(request.ctx, {
        ...(jobId === undefined ? {} : { jobId }),
        ...(queuedOnly === undefined ? {} : { queuedOnly }),
      })
      return {}
    },
  )
  app.post(`${base}/runs/delete`, { schema: { tags: ['jobs'], body: RunId } }, async (request) => {
    await deleteRun(request.ctx, request.body.run_id)
    return {}
  })
  app.post(`${base}/runs/repair`, { schema: { tags: ['jobs'], body: Repair } }, async (request) => {
    const {
      run_id: runId,
      latest_repair_id: latestRepairId,
      rerun_tasks: tasks,
      rerun_all_failed_tasks: allFailed,
      rerun_dependent_tasks: dependents,
      ...overrides
    } = request.body
    const { repairId } = await repairRun(request.ctx, {
      runId,
      latestRepairId,
      tasks,
      allFailed,
      dependents,
      overrides: overrides satisfies RunOverrides,
    })
    return { repair_id: repairId }
  })
}

function reading(app: App, base: string): void {
  app.get(
    `${base}/runs/get`,
    { schema: { tags: ['jobs'], querystring: GetRun } },
    async (request) => {
      const query = request.query
      return viewRun(request.ctx, {
        runId: query.run_id,
        history: query.include_history ?? false,
        resolvedValues: query.include_resolved_values ?? false,
        token: query.page_token,
      })
    },
  )
  app.get(
    `${base}/runs/list`,
    { schema: { tags: ['jobs'], querystring: ListRuns } },
    async (request) => viewRuns(request.ctx, request.query),
  )
  app.get(
    `${base}/runs/get-output`,
    { schema: { tags: ['jobs'], querystring: RunId } },
    async (request) => viewOutput(request.ctx, request.query.run_id),
  )
  app.get(
    `${base}/runs/export`,
    { schema: { tags: ['jobs'], querystring: ExportRun } },
    async (request) => {
      const { run_id: runId, views_to_export: views = 'CODE' } = request.query
      return { views: views === 'DASHBOARDS' ? [] : await exportRun(request.ctx, runId) }
    },
  )
}
