/** What the caller may do with a job and its runs; only asked where people log in. */
import { groupsOf, includes, Permission, permissionOn, wholeWorkspace } from '../auth/index.ts'
import type { Ctx } from '../core/index.ts'
import { findBackfill } from './backfill/backfill-reads.ts'
import { jobsErrors } from './errors.ts'
import { listJobsById } from './job-reads.ts'
import { findJob, type Job } from './job-store.ts'
import { findRun } from './run-store.ts'
import type { AccessControl, JobSettings } from './settings-schema.ts'
import { findTaskRun } from './task-run-store.ts'

export type JobLevel = AccessControl['permission_level']

export interface JobSubject {
  /** A run may also be a task run. */
  readonly kind: 'job' | 'run' | 'backfill'
  readonly id: number
}

const order: readonly JobLevel[] = ['CAN_VIEW', 'CAN_MANAGE_RUN', 'CAN_MANAGE', 'IS_OWNER']

function rank(level: JobLevel | undefined): number {
  return level === undefined ? -1 : order.indexOf(level)
}

type Owned = Pick<Job, 'creator' | 'permissions'>

/** Answers the caller's level on each job, or on what nobody but its creator has rights on. */
async function levels(ctx: Ctx): Promise<(of: Owned) => JobLevel | undefined> {
  const { name, kind, isOwner } = ctx.principal
  // As with everything else, the platform's own pipelines may do all.
  if (isOwner || kind === 'service_principal') return () => 'IS_OWNER'
  const floor = floorOf(await permissionOn(ctx, wholeWorkspace))
  const groups = new Set(await groupsOf(ctx))
  return ({ creator, permissions }) => {
    const owned = permissions.some((entry) => entry.permission_level === 'IS_OWNER')
    const own = permissions
      .filter((entry) => entry.user_name === name || groups.has(entry.group_name ?? ''))
      .map((entry) => entry.permission_level)
    const creators: JobLevel[] = creator === name && !owned ? ['IS_OWNER'] : []
    const all = [...own, ...creators, ...(floor ? [floor] : [])]
    return all.toSorted((a, b) => rank(b) - rank(a))[0]
  }
}

/** Who may read the workspace sees its jobs; who manages it manages them. */
function floorOf(held: Permission): JobLevel | undefined {
  if (includes(held, Permission.Manage)) return 'CAN_MANAGE'
  return includes(held, Permission.Read) ? 'CAN_VIEW' : undefined
}

const levelNames: Readonly<Record<JobLevel, string>> = {
  CAN_VIEW: 'View',
  CAN_MANAGE_RUN: 'Manage Run',
  CAN_MANAGE: 'Manage',
  IS_OWNER: 'Owner',
}

/** Throws unless the caller may; false when there is no such thing. */
export async function requireOnJob(
  ctx: Ctx,
  subject: JobSubject,
  needed: JobLevel,
): Promise<boolean> {
  const found = await find(ctx, subject)
  if (!found) return false
  const held = (await levels(ctx))(found.owned)
  if (rank(held) >= rank(needed)) return true
  const names = order.slice(rank(needed)).map((level) => levelNames[level])
  throw jobsErrors.JOBS_PERMISSION_DENIED(ctx.principal.name, names.join(' or '), found.name)
}

interface Found {
  readonly owned: Owned
  readonly name: string
}

async function find(ctx: Ctx, { kind, id }: JobSubject): Promise<Found | undefined> {
  switch (kind) {
    case 'job':
      return findOfJob(ctx, id)
    case 'backfill': {
      const backfill = await findBackfill(ctx.db, id)
      if (!backfill) return undefined
      const alone = {
        owned: { creator: backfill.creator, permissions: [] },
        name: `backfill ${id}`,
      }
      return (await findOfJob(ctx, backfill.jobId)) ?? alone
    }
    case 'run': {
      const task = await findTaskRun(ctx.db, id)
      const run = await findRun(ctx.db, task?.runId ?? id)
      if (!run) return undefined
      const ofJob = run.jobId === undefined ? undefined : await findOfJob(ctx, run.jobId)
      return ofJob ?? { owned: { creator: run.creator, permissions: [] }, name: `run ${id}` }
    }
  }
}

async function findOfJob(ctx: Ctx, jobId: number): Promise<Found | undefined> {
  const job = await findJob(ctx.db, jobId)
  return job && { owned: job, name: `job ${jobId}` }
}

/** Whoever has a job run others must be allowed to run them; those it ran `before` stay. */
export async function checkChildren(
  ctx: Ctx,
  settings: JobSettings,
  before: JobSettings = {},
): Promise<void> {
  if (ctx.config.auth === 'none') return
  const known = new Set(childrenOf(before))
  for (const id of childrenOf(settings)) {
    if (!known.has(id)) await requireOnJob(ctx, { kind: 'job', id }, 'CAN_MANAGE_RUN')
  }
}

function childrenOf({ tasks = [] }: JobSettings): number[] {
  return tasks.flatMap((task) => {
    const child = (task.for_each_task?.task ?? task).run_job_task
    return child ? [child.job_id] : []
  })
}

/** The jobs that the caller may see. */
export async function visibleJobs<T extends Owned>(ctx: Ctx, jobs: readonly T[]): Promise<T[]> {
  if (ctx.config.auth === 'none') return [...jobs]
  const levelOn = await levels(ctx)
  return jobs.filter((job) => levelOn(job) !== undefined)
}

interface OfJob {
  readonly jobId: number | undefined
  readonly creator: string
}

/** The runs, or whatever else is of jobs, that the caller may see. */
export async function visibleOfJobs<T extends OfJob>(ctx: Ctx, all: readonly T[]): Promise<T[]> {
  if (ctx.config.auth === 'none') return [...all]
  const levelOn = await levels(ctx)
  const jobs = await listJobsById(ctx.db, [...new Set(all.flatMap(({ jobId }) => jobId ?? []))])
  return all.filter(({ jobId, creator }) => {
    const job = jobId === undefined ? undefined : jobs.get(jobId)
    return levelOn(job ?? { creator, permissions: [] }) !== undefined
  })
}
