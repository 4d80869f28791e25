import { setTimeout as delay } from 'node:timers/promises'
import type { Http } from './http.ts'
import { backfillsApi, type BackfillsApi } from './jobs-backfill.ts'

export type LifeCycleState =
  | 'BLOCKED'
  | 'INTERNAL_ERROR'
  | 'PENDING'
  | 'QUEUED'
  | 'RUNNING'
  | 'SKIPPED'
  | 'TERMINATED'
  | 'TERMINATING'
  | 'WAITING_FOR_RETRY'

export interface RunState {
  readonly life_cycle_state: LifeCycleState
  readonly result_state?: string
  readonly state_message?: string
}

export interface TaskRun {
  /** Of this attempt: what `log` wants. */
  readonly run_id: number
  readonly task_key: string
  readonly state: RunState
  /** Epoch milliseconds; 0 or absent before it began, and before it ended. */
  readonly start_time?: number
  readonly end_time?: number
  readonly attempt_number?: number
  readonly depends_on?: readonly { readonly task_key: string }[]
  /** Of a task with `cache`: whether an earlier result stood for it. */
  readonly cache_decision?: CacheDecision
}

export interface CacheDecision {
  readonly hit: boolean
  /** Begins with *Hit because* or *Ran because*. */
  readonly reason: string
  /** The success that it stands for, or was compared with. */
  readonly run_id?: number
  readonly task_run_id?: number
  readonly differences: readonly {
    readonly part: 'code' | 'table' | 'environment' | 'parameter' | 'version' | 'age' | 'output'
    readonly name: string
    readonly before?: string
    readonly after?: string
  }[]
}

export interface Run {
  readonly run_id: number
  readonly job_id: number
  readonly run_name?: string
  readonly state: RunState
  readonly trigger?: string
  readonly creator_user_name?: string
  readonly start_time: number
  readonly end_time?: number
  readonly tasks?: readonly TaskRun[]
  readonly next_page_token?: string
  /** Of a run that a backfill started or repaired; the time in epoch milliseconds. */
  readonly backfill?: { readonly backfill_id: number; readonly logical_time: number }
  readonly repair_history?: readonly { readonly id?: number; readonly type: string }[]
}

/** What jobs/create takes, in the words of the Jobs API. */
export interface JobSettings {
  readonly name: string
  readonly [field: string]: unknown
}

export interface Job {
  readonly job_id: number
  readonly settings: JobSettings
}

export interface LogChunk {
  readonly text: string
  readonly next_offset: number
  /** No more will come. */
  readonly ended: boolean
}

export interface RunNowInput {
  readonly job_id: number
  readonly job_parameters?: Readonly<Record<string, string>>
  readonly only?: readonly string[]
  readonly idempotency_token?: string
}

const finalStates: ReadonlySet<LifeCycleState> = new Set([
  'TERMINATED',
  'SKIPPED',
  'INTERNAL_ERROR',
])
const base = '/api/2.2/jobs'

export function isFinished(state: RunState): boolean {
  return finalStates.has(state.life_cycle_state)
}

/** Jobs and their runs. */
export interface JobsApi {
  readonly create: (settings: JobSettings) => Promise<number>
  /** Replaces all settings. */
  readonly reset: (jobId: number, settings: JobSettings) => Promise<void>
  readonly delete: (jobId: number) => Promise<void>
  readonly get: (jobId: number) => Promise<Job>
  readonly findByName: (name: string) => Promise<Job | undefined>
  readonly list: () => Promise<readonly Job[]>
  /** Returns the id of the new run. */
  readonly runNow: (input: RunNowInput) => Promise<number>
  readonly getRun: (runId: number) => Promise<Run>
  readonly listRuns: (query?: {
    readonly job_id?: number
    readonly active_only?: boolean
    readonly limit?: number
  }) => Promise<readonly Run[]>
  readonly cancelRun: (runId: number) => Promise<void>
  readonly repairRun: (runId: number) => Promise<void>
  readonly getOutput: (taskRunId: number) => Promise<Readonly<Record<string, unknown>>>
  readonly readLog: (taskRunId: number, offset: number) => Promise<LogChunk>
  /** Which runs the job's triggers would start; `from_ms` is now unless given, `days` 30. */
  readonly simulate: (
    jobId: number,
    window?: {
      readonly from_ms?: number
      readonly days?: number
      /** How long each run is taken to last; as long as the latest ones when absent. */
      readonly duration_ms?: number
    },
  ) => Promise<Simulation>
  readonly backfills: BackfillsApi
  /** Looks at the run until it has ended, and shows it each time to `onChange`. */
  readonly watchRun: (runId: number, onChange: (run: Run) => void) => Promise<Run>
}

export interface SimulatedRun {
  /** Epoch milliseconds at which the trigger fires. */
  readonly at: number
  readonly outcome: 'runs' | 'queues' | 'skips' | 'paused'
  readonly why: string
  /** When it really begins; later than `at` when it waits in the queue. */
  readonly starts_at?: number
  /** Runs that would be active already. */
  readonly active: number
}

export interface Simulation {
  /** How long each run is taken to last. */
  readonly duration_ms: number
  /** Runs of the job that this is known from; 0 when it was given, or the job has never run. */
  readonly measured_from: number
  readonly max_concurrent_runs: number
  readonly runs: readonly SimulatedRun[]
  /** Triggers that wait for something to happen, which nobody can foretell. */
  readonly unforeseeable: readonly string[]
  readonly truncated: boolean
}

export function jobsApi(http: Http): JobsApi {
  const list = (name?: string) => listAll<Job>(http, `${base}/list`, { limit: 100, name })
  const getRun = (runId: number) => getWholeRun(http, runId)
  return {
    create: async (settings) =>
      (await http.call<{ job_id: number }>('POST', `${base}/create`, { body: settings })).job_id,
    reset: async (jobId, settings) => {
      await http.call('POST', `${base}/reset`, { body: { job_id: jobId, new_settings: settings } })
    },
    delete: async (jobId) => {
      await http.call('POST', `${base}/delete`, { body: { job_id: jobId } })
    },
    get: (jobId) => getWholeJob(http, jobId),
    findByName: async (name) => {
      const found = (await list(name)).find((job) => job.settings.name === name)
      return found && getWholeJob(http, found.job_id)
    },
    list: () => list(),
    runNow: async (input) =>
      (await http.call<{ run_id: number }>('POST', `${base}/run-now`, { body: input })).run_id,
    getRun,
    listRuns: async (query = {}) => {
      const answer = await http.call<{ runs?: Run[] }>('GET', `${base}/runs/list`, { query })
      return answer.runs ?? []
    },
    cancelRun: async (runId) => {
      await http.call('POST', `${base}/runs/cancel`, { body: { run_id: runId } })
    },
    repairRun: async (runId) => {
      const last = (await getRun(runId)).repair_history?.findLast((entry) => entry.id)?.id
      const latest = last === undefined ? {} : { latest_repair_id: last }
      const body = { run_id: runId, rerun_all_failed_tasks: true, ...latest }
      await http.call('POST', `${base}/runs/repair`, { body })
    },
    getOutput: (taskRunId) =>
      http.call('GET', `${base}/runs/get-output`, { query: { run_id: taskRunId } }),
    readLog: (taskRunId, offset) =>
      http.call('GET', `/api/millrace/1.0/jobs/runs/${taskRunId}/log`, { query: { offset } }),
    simulate: (jobId, window = {}) =>
      http.call('POST', `/api/millrace/1.0/jobs/${jobId}/simulate`, { body: window }),
    backfills: backfillsApi(http),
    watchRun: async (runId, onChange) => {
      for (;;) {
        const run = await getRun(runId)
        onChange(run)
        if (isFinished(run.state)) return run
        await delay(pollMs)
      }
    },
  }
}

const pollMs = 250

async function listAll<T>(
  http: Http,
  path: string,
  query: Readonly<Record<string, string | number | undefined>>,
): Promise<T[]> {
  const all: T[] = []
  let token: string | undefined
  do {
    const page = await http.call<{ jobs?: T[]; next_page_token?: string }>('GET', path, {
      query: { ...query, page_token: token },
    })
    all.push(...(page.jobs ?? []))
    token = page.next_page_token || undefined
  } while (token !== undefined)
  return all
}

const pagedFields = ['tasks', 'job_clusters', 'environments', 'parameters'] as const

/** A job comes in pages of 100 items of each of its arrays. */
async function getWholeJob(http: Http, jobId: number): Promise<Job> {
  const get = (token: string | undefined) =>
    http.call<Job & { next_page_token?: string }>('GET', `${base}/get`, {
      query: { job_id: jobId, page_token: token },
    })
  const first = await get(undefined)
  const settings: Record<string, unknown> = { ...first.settings }
  for (let token = first.next_page_token; token;) {
    const page = await get(token)
    for (const field of pagedFields) {
      const more = page.settings[field]
      if (Array.isArray(more)) settings[field] = [settings[field] ?? [], more].flat()
    }
    token = page.next_page_token
  }
  return { job_id: first.job_id, settings: { ...settings, name: first.settings.name } }
}

async function getWholeRun(http: Http, runId: number): Promise<Run> {
  const get = (token: string | undefined) =>
    http.call<Run>('GET', `${base}/runs/get`, { query: { run_id: runId, page_token: token } })
  const first = await get(undefined)
  const tasks = [...(first.tasks ?? [])]
  for (let token = first.next_page_token; token;) {
    const page = await get(token)
    tasks.push(...(page.tasks ?? []))
    token = page.next_page_token
  }
  return { ...first, tasks }
}
