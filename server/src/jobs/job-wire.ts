import type { Job } from './job-store.ts'
import type { JobSettings } from './settings-schema.ts'
import type { JobTrigger } from './trigger-store.ts'

type Wire = Record<string, unknown>

/** How many tasks, clusters, environments or parameters one answer holds. */
export const itemsPerPage = 100

const pagedLists = ['tasks', 'job_clusters', 'environments', 'parameters'] as const

export interface JobPart {
  readonly settings: Wire
  readonly hasMore: boolean
}

/** The settings with at most `itemsPerPage` items of each list, from `offset` on. */
export function pageOfSettings(settings: JobSettings, offset: number): JobPart {
  const part: Wire = { ...settings }
  let hasMore = false
  for (const field of pagedLists) {
    const list = settings[field]
    if (!list) continue
    part[field] = list.slice(offset, offset + itemsPerPage)
    if (list.length > offset + itemsPerPage) hasMore = true
  }
  return { settings: part, hasMore }
}

export function toJobWire(job: Job, part: JobPart): Wire {
  const { run_as: runAs, name } = job.settings
  return {
    job_id: job.jobId,
    creator_user_name: job.creator,
    run_as_user_name: runAs?.service_principal_name ?? runAs?.user_name ?? name,
    settings: {
      ...part.settings,
      max_concurrent_runs: job.settings.max_concurrent_runs ?? 1,
      timeout_seconds: job.settings.timeout_seconds ?? 0,
    },
    created_time: job.createdAt.getTime(),
    ...(part.hasMore ? { has_more: true } : {}),
  }
}

/** For lists: no tasks unless asked for. */
export function toBaseJobWire(job: Job, expandTasks: boolean): Wire {
  const part = pageOfSettings(job.settings, 0)
  if (expandTasks) return toJobWire(job, part)
  const {
    tasks: _tasks,
    job_clusters: _clusters,
    environments: _environments,
    ...rest
  } = part.settings
  return toJobWire(job, { settings: rest, hasMore: false })
}

/** A trigger with its next time, and why it did or did not start a run. */
export function toTriggerWire(trigger: JobTrigger): Wire {
  const { lastTriggered, lastNotTriggered, lastFailed } = trigger.history
  return {
    kind: trigger.kind,
    pause_status: trigger.paused ? 'PAUSED' : 'UNPAUSED',
    ...(trigger.nextAt === undefined ? {} : { next_fire_time: trigger.nextAt }),
    history: {
      ...(lastTriggered ? { last_triggered: lastTriggered } : {}),
      ...(lastNotTriggered ? { last_not_triggered: lastNotTriggered } : {}),
      ...(lastFailed ? { last_failed: lastFailed } : {}),
    },
  }
}
