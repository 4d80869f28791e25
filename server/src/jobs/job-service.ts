import { inTransaction, newIntId, type Ctx } from '../core/index.ts'
import { jobsErrors } from './errors.ts'
import { promoteQueued } from './engine/run-end.ts'
import { checkFileLocation } from './file-watch.ts'
import { abandonBackfills } from './backfill/advance.ts'
import { checkChildren } from './job-access.ts'
import { deleteJobRow, findJob, insertJob, lockJob, updateJob, type Job } from './job-store.ts'
import { deleteRevisions, insertRevision, newestRevision } from './revision-store.ts'
import { listActiveRunIds, requestCancel, updateTimeouts } from './run-store.ts'
import { checkNotified } from './notifications/notify.ts'
import { checkSettings, checkShape } from './settings-check.ts'
import { deleteTriggers } from './trigger-store.ts'
import { syncTriggers } from './trigger-service.ts'
import type { AccessControl, JobSettings } from './settings-schema.ts'

export interface CreateJobInput {
  readonly settings: JobSettings
  readonly permissions?: readonly AccessControl[]
}

export async function createJob(ctx: Ctx, input: CreateJobInput): Promise<Job> {
  const settings = withDefaults(input.settings)
  await checkJobSettings(ctx, settings)
  await checkChildren(ctx, settings)
  const now = ctx.now()
  const job: Job = {
    jobId: newIntId(now.getTime()),
    creator: ctx.principal.name,
    settings,
    permissions: input.permissions ?? [],
    createdAt: now,
    updatedAt: now,
  }
  await inTransaction(ctx, async (tx) => {
    await insertJob(tx.db, job)
    await insertRevision(tx.db, { after: job, by: job.creator })
    await syncTriggers(tx, job)
  })
  return job
}

export async function getJob(ctx: Ctx, jobId: number): Promise<Job> {
  const job = await findJob(ctx.db, jobId)
  if (!job) throw jobsErrors.JOBS_JOB_NOT_FOUND(jobId)
  return job
}

/** Replaces all settings; with `expectedRevision` only when that is still the newest. */
export async function resetJob(
  ctx: Ctx,
  input: {
    readonly jobId: number
    readonly settings: JobSettings
    readonly expectedRevision?: number
  },
): Promise<void> {
  const { jobId, expectedRevision: expected } = input
  await inTransaction(ctx, async (tx) => {
    if (expected !== undefined) {
      await lockJob(tx.db, jobId)
      const newest = await newestRevision(tx.db, jobId)
      if (newest !== expected) throw jobsErrors.JOBS_SETTINGS_CHANGED(jobId, expected, newest)
    }
    await changeJob(tx, jobId, () => input.settings)
  })
}

export interface UpdateJobInput {
  readonly jobId: number
  readonly newSettings: Partial<JobSettings>
  /** Top-level fields, or `tasks/<key>` and the like for one item of a list. */
  readonly fieldsToRemove: readonly string[]
}

/** Replaces the fields given; tasks, clusters and environments are merged by their keys. */
export async function updateJobSettings(ctx: Ctx, input: UpdateJobInput): Promise<void> {
  await changeJob(ctx, input.jobId, (before) => mergeSettings(before, input))
}

async function changeJob(
  ctx: Ctx,
  jobId: number,
  change: (before: JobSettings) => unknown,
): Promise<void> {
  await inTransaction(ctx, async (tx) => {
    await lockJob(tx.db, jobId)
    const job = await getJob(tx, jobId)
    const changed = change(job.settings)
    checkShape(changed)
    const settings = withDefaults(changed)
    await checkJobSettings(ctx, settings)
    await checkChildren(tx, settings, job.settings)
    const updated = { ...job, settings, updatedAt: tx.now() }
    await updateJob(tx.db, updated)
    await insertRevision(tx.db, { before: job, after: updated, by: ctx.principal.name })
    await syncTriggers(tx, updated)
    await applyToActiveRuns(tx, jobId, settings)
  })
}

// A new timeout also counts for runs that are going on, and a higher limit empties the queue.
async function applyToActiveRuns(tx: Ctx, jobId: number, settings: JobSettings): Promise<void> {
  await updateTimeouts(tx.db, jobId, settings.timeout_seconds ?? 0)
  await promoteQueued(tx, jobId)
}

/** Deletes the job and cancels its runs; their history stays. */
export async function deleteJob(ctx: Ctx, jobId: number): Promise<void> {
  await inTransaction(ctx, async (tx) => {
    await lockJob(tx.db, jobId)
    await getJob(tx, jobId)
    await abandonBackfills(tx, jobId)
    await requestCancel(tx.db, await listActiveRunIds(tx.db, { jobId }), tx.now())
    await deleteTriggers(tx.db, jobId)
    await deleteRevisions(tx.db, jobId)
    await deleteJobRow(tx.db, jobId)
  })
}

/** Throws at the first thing that is wrong, or that this server does not honour. */
export async function checkJobSettings(ctx: Ctx, settings: JobSettings): Promise<void> {
  checkSettings(settings)
  await checkNotified(ctx, settings)
  const url = settings.trigger?.file_arrival?.url
  if (url !== undefined) checkFileLocation(ctx.config, url)
}

function withDefaults(settings: JobSettings): JobSettings {
  return { ...settings, name: settings.name ?? 'Untitled', format: 'MULTI_TASK' }
}

/** Lists that an update merges by key instead of replacing them. */
const keyedLists = {
  tasks: 'task_key',
  job_clusters: 'job_cluster_key',
  environments: 'environment_key',
  environment_variables: 'environment_variables_key',
} as const

type Item = Readonly<Record<string, unknown>>

/** Exported for its test. */
export function mergeSettings(
  before: JobSettings,
  input: Pick<UpdateJobInput, 'newSettings' | 'fieldsToRemove'>,
): Record<string, unknown> {
  const merged: Record<string, unknown> = { ...before }
  for (const field of input.fieldsToRemove) removeField(merged, field)
  for (const [field, value] of Object.entries(input.newSettings)) {
    merged[field] = mergeField(field, merged[field], value)
  }
  return merged
}

function mergeField(field: string, before: unknown, given: unknown): unknown {
  const key = keyedLists[field as keyof typeof keyedLists]
  if (!key || !Array.isArray(before) || !Array.isArray(given)) return given
  const kept = new Map((before as Item[]).map((item) => [item[key], item]))
  for (const item of given as Item[]) kept.set(item[key], item)
  return [...kept.values()]
}

function removeField(settings: Record<string, unknown>, path: string): void {
  const [field = '', key] = path.split('/', 2)
  const list = settings[field]
  if (key === undefined) {
    delete settings[field]
    return
  }
  const keyName = keyedLists[field as keyof typeof keyedLists]
  if (!keyName) {
    throw jobsErrors.JOBS_SETTINGS_INVALID(
      `fields_to_remove names '${path}'; only items of ${Object.keys(keyedLists).join(', ')} can be removed one by one`,
    )
  }
  if (!Array.isArray(list)) return
  settings[field] = (list as Item[]).filter((item) => item[keyName] !== key)
}
