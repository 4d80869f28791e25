import { useQuery, type UseQueryResult } from '@tanstack/react-query'
import { requestJson } from '../api/http.ts'
import { settleTask, type JobRun, type RunTask, type TaskRef } from './wire.ts'

interface GraphNode {
  readonly task_key: string
  readonly task_type: string
  readonly run_if: string
  readonly depends_on: readonly TaskRef[]
  /** The latest attempt; absent when none began. */
  readonly attempt?: {
    readonly run_id: number
    readonly attempt_number: number
    readonly life_cycle_state: string
    readonly result_state: string | null
    readonly state_message: string
    readonly start_time: number | null
    readonly end_time: number | null
  }
}

/** Every task of a run, also those that have not begun, with its latest attempt. */
export function useRunGraph(run: JobRun): UseQueryResult<readonly RunTask[]> {
  const known = new Map((run.tasks ?? []).map((task) => [task.run_id, task]))
  const { life_cycle_state: state } = run.state ?? {}
  // Part of the key, so that the graph is asked again whenever the run has moved.
  const stage = `${state ?? ''} ${(run.tasks ?? []).map((task) => task.state?.life_cycle_state).join()}`
  return useQuery({
    queryKey: ['job-runs', 'graph', run.run_id, stage],
    placeholderData: (previous) => previous,
    queryFn: async ({ signal }) => {
      const path = `/api/millrace/1.0/jobs/runs/${run.run_id}/graph`
      const answer = await requestJson<{ nodes: readonly GraphNode[] }>(path, { signal })
      return answer.nodes.map((node) => settleTask(toTask(node, known)))
    },
  })
}

function toTask(node: GraphNode, known: ReadonlyMap<number, RunTask>): RunTask {
  const { attempt } = node
  const settings = known.get(attempt?.run_id ?? 0)
  const base = {
    ...settings,
    task_key: node.task_key,
    depends_on: node.depends_on,
    run_if: node.run_if,
  }
  if (attempt === undefined)
    return { ...base, run_id: 0, state: { life_cycle_state: 'NOT_STARTED' } }
  return {
    ...base,
    run_id: attempt.run_id,
    attempt_number: attempt.attempt_number,
    start_time: attempt.start_time ?? 0,
    end_time: attempt.end_time ?? 0,
    state: {
      life_cycle_state: attempt.life_cycle_state,
      state_message: attempt.state_message,
      ...(attempt.result_state === null ? {} : { result_state: attempt.result_state }),
    },
  }
}
