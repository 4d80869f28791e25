import { useQuery, type UseQueryResult } from '@tanstack/react-query'
import { requestJson } from '../api/http.ts'
import { settleTask, type RunTask, type TaskRef } from './wire.ts'

interface GraphAttempt {
  readonly run_id: number
  readonly attempt_number: number
  readonly life_cycle_state: string
  readonly result_state: string | null
  readonly state_message: string
  readonly outcome: string | null
  readonly start_time: number | null
  readonly end_time: number | null
}

interface GraphNode {
  readonly task_key: string
  readonly task_type: string
  readonly run_if: string
  readonly depends_on: readonly TaskRef[]
  /** The latest attempt; absent when none began. */
  readonly attempt?: GraphAttempt
  readonly earlier: readonly GraphAttempt[]
}

export interface RunGraph {
  /** Every task, also those that have not begun, with its latest attempt. */
  readonly tasks: readonly RunTask[]
  /** Every attempt, in the order of the tasks; a task without one stands for itself. */
  readonly attempts: readonly RunTask[]
}

const refreshMs = 5_000

/** Where each task of a run stands; events refresh it, and while it runs it is asked again as well. */
export function useRunGraph(runId: string, active: boolean): UseQueryResult<RunGraph> {
  return useQuery({
    queryKey: ['job-runs', 'graph', runId],
    refetchInterval: active ? refreshMs : false,
    queryFn: async ({ signal }) => {
      const path = `/api/millrace/1.0/jobs/runs/${runId}/graph`
      const { nodes } = await requestJson<{ nodes: readonly GraphNode[] }>(path, { signal })
      return {
        tasks: nodes.map((node) => toTask(node, node.attempt)),
        attempts: nodes.flatMap((node) =>
          [...node.earlier, node.attempt].map((attempt) => toTask(node, attempt)),
        ),
      }
    },
  })
}

function toTask(node: GraphNode, attempt: GraphAttempt | undefined): RunTask {
  const base = {
    task_key: node.task_key,
    task_type: node.task_type,
    depends_on: node.depends_on,
    run_if: node.run_if,
  }
  if (attempt === undefined) {
    return { ...base, run_id: 0, state: { life_cycle_state: 'NOT_STARTED' } }
  }
  return settleTask({
    ...base,
    run_id: attempt.run_id,
    attempt_number: attempt.attempt_number,
    start_time: attempt.start_time ?? 0,
    end_time: attempt.end_time ?? 0,
    ...(attempt.outcome === null ? {} : { outcome: attempt.outcome }),
    state: {
      life_cycle_state: attempt.life_cycle_state,
      state_message: attempt.state_message,
      ...(attempt.result_state === null ? {} : { result_state: attempt.result_state }),
    },
  })
}
