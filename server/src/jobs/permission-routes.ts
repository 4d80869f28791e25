import { Type, type Static } from 'typebox'
import { appendAudit } from '../auth/index.ts'
import { inTransaction, type Ctx, type RoutePlugin } from '../core/index.ts'
import { closed } from './closed-object.ts'
import { jobsErrors } from './errors.ts'
import { requireOnJob } from './job-access.ts'
import { getJob } from './job-service.ts'
import { updateJob, type Job } from './job-store.ts'
import { AccessControl } from './settings-schema.ts'

const base = '/api/2.0/permissions/jobs/:job_id'

const JobPath = closed({ job_id: Type.Integer({ description: 'The job.' }) })
const Permissions = closed({
  access_control_list: Type.Optional(
    Type.Array(AccessControl, { description: 'Who may do what with the job.' }),
  ),
})
type Permissions = Static<typeof Permissions>

const levels = {
  CAN_VIEW: 'Can view the job, its runs and their results',
  CAN_MANAGE_RUN: 'Can view, run and cancel the job',
  CAN_MANAGE: 'Can do everything with the job',
  IS_OWNER: 'Is the owner of the job',
} as const

/** Who may do what with a job. Only its owner, or an admin, makes somebody else its owner. */
export const permissionRoutes: RoutePlugin = async (app) => {
  const schema = { tags: ['jobs'], params: JobPath }
  app.get(base, { schema }, async (request) =>
    toWire(await getJob(request.ctx, request.params.job_id)),
  )
  app.get(`${base}/permissionLevels`, { schema }, async (request) => {
    await getJob(request.ctx, request.params.job_id)
    return {
      permission_levels: Object.entries(levels).map(([permission_level, description]) => ({
        permission_level,
        description,
      })),
    }
  })
  app.put(base, { schema: { ...schema, body: Permissions } }, async (request) =>
    setPermissions(request.ctx, request.params.job_id, () => listOf(request.body)),
  )
  app.patch(base, { schema: { ...schema, body: Permissions } }, async (request) =>
    setPermissions(request.ctx, request.params.job_id, (before) =>
      merge(before, listOf(request.body)),
    ),
  )
}

function listOf(body: Permissions): readonly AccessControl[] {
  const list = body.access_control_list ?? []
  for (const entry of list) {
    if (nameOf(entry) === undefined) {
      throw jobsErrors.JOBS_PERMISSION_INVALID(
        'Each entry of access_control_list names one of user_name, group_name and service_principal_name',
      )
    }
  }
  return list
}

function nameOf(entry: AccessControl): string | undefined {
  const named = [entry.user_name, entry.group_name, entry.service_principal_name]
  const given = named.filter((name) => name !== undefined)
  return given.length === 1 ? `${named.indexOf(given[0])}:${given[0]}` : undefined
}

function merge(
  before: readonly AccessControl[],
  given: readonly AccessControl[],
): readonly AccessControl[] {
  const byName = new Map(before.map((entry) => [nameOf(entry), entry]))
  for (const entry of given) byName.set(nameOf(entry), entry)
  return [...byName.values()]
}

function ownerOf(permissions: readonly AccessControl[]): string | undefined {
  const owner = permissions.find((entry) => entry.permission_level === 'IS_OWNER')
  return owner && nameOf(owner)
}

async function setPermissions(
  ctx: Ctx,
  jobId: number,
  change: (before: readonly AccessControl[]) => readonly AccessControl[],
): Promise<Record<string, unknown>> {
  return inTransaction(ctx, async (tx) => {
    const job = await getJob(tx, jobId)
    const permissions = change(job.permissions)
    if (ownerOf(job.permissions) !== ownerOf(permissions)) {
      await requireOnJob(tx, { kind: 'job', id: jobId }, 'IS_OWNER')
    }
    await updateJob(tx.db, { ...job, permissions })
    await appendAudit(tx, {
      action: 'jobs.permissions_changed',
      subject: `job:${jobId}`,
      data: { before: job.permissions, after: permissions },
    })
    return toWire({ ...job, permissions })
  })
}

function toWire(job: Job): Record<string, unknown> {
  const owned = job.permissions.some((entry) => entry.permission_level === 'IS_OWNER')
  const owner = { user_name: job.creator, permission_level: 'IS_OWNER' } as const
  const all: readonly AccessControl[] = owned ? job.permissions : [owner, ...job.permissions]
  return {
    object_id: `/jobs/${job.jobId}`,
    object_type: 'job',
    access_control_list: all.map(({ permission_level, ...who }) => ({
      ...who,
      all_permissions: [{ permission_level, inherited: false }],
    })),
  }
}
