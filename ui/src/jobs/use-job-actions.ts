import { useMutation, useQueryClient, type UseMutationResult } from '@tanstack/react-query'
import { requestJson } from '../api/http.ts'
import { sayDone, sayFailed } from '../kit/toast.tsx'
import type { RunOverrides } from './run-overrides.ts'
import type { RepairWish } from './use-repair-preview.ts'
import type { JobSettings } from './wire.ts'

const base = '/api/2.2/jobs'

interface Action<Input> {
  readonly what: string
  readonly run: (input: Input) => Promise<unknown>
  readonly done: (input: Input) => string
}

function useAction<Input>(action: Action<Input>): UseMutationResult<unknown, Error, Input> {
  const client = useQueryClient()
  return useMutation({
    mutationFn: action.run,
    onSuccess: (_answer, input) => sayDone(action.done(input)),
    onError: (error) => sayFailed(action.what, error),
    onSettled: () => {
      void client.invalidateQueries({ queryKey: ['jobs'] })
      void client.invalidateQueries({ queryKey: ['job-runs'] })
    },
  })
}

function post(path: string, body: unknown): Promise<unknown> {
  return requestJson(`${base}${path}`, { method: 'POST', body })
}

export interface RunNow {
  readonly jobId: number
  readonly overrides: RunOverrides
}

/** Starts a job; the answer holds the new run's id. */
export function useRunNow(): UseMutationResult<unknown, Error, RunNow> {
  return useAction<RunNow>({
    what: 'start the job',
    run: ({ jobId, overrides }) => post('/run-now', { job_id: jobId, ...overrides }),
    done: () => 'The job is starting',
  })
}

export function useCancelRun(): UseMutationResult<unknown, Error, number> {
  return useAction<number>({
    what: 'cancel the run',
    run: (runId) => post('/runs/cancel', { run_id: runId }),
    done: () => 'The run is stopping',
  })
}

export interface Repair {
  readonly runId: number
  readonly wish: RepairWish
  readonly latestRepairId: number | undefined
  /** Job parameters that differ from those of the run. */
  readonly parameters: Readonly<Record<string, string>>
}

/** Runs some tasks of an ended run again; the others keep their results. */
export function useRepairRun(): UseMutationResult<unknown, Error, Repair> {
  return useAction<Repair>({
    what: 'repair the run',
    run: ({ runId, wish, latestRepairId, parameters }) =>
      post('/runs/repair', {
        run_id: runId,
        ...wish,
        ...(latestRepairId === undefined ? {} : { latest_repair_id: latestRepairId }),
        ...(Object.keys(parameters).length === 0 ? {} : { job_parameters: parameters }),
      }),
    done: () => 'The tasks run again',
  })
}

export interface Pause {
  readonly jobId: number
  readonly settings: JobSettings
  readonly paused: boolean
}

/** Pauses or resumes what starts a job by itself. */
export function usePauseJob(): UseMutationResult<unknown, Error, Pause> {
  return useAction<Pause>({
    what: 'change the schedule',
    run: ({ jobId, settings, paused }) => {
      const pause_status = paused ? 'PAUSED' : 'UNPAUSED'
      const { schedule, trigger, continuous } = settings
      const new_settings = {
        ...(schedule === undefined ? {} : { schedule: { ...schedule, pause_status } }),
        ...(trigger === undefined ? {} : { trigger: { ...trigger, pause_status } }),
        ...(continuous === undefined ? {} : { continuous: { ...continuous, pause_status } }),
      }
      return post('/update', { job_id: jobId, new_settings })
    },
    done: ({ paused }) =>
      paused ? 'The job no longer starts by itself' : 'The job starts by itself',
  })
}
