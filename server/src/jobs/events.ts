import type { BackfillState } from './backfill/types.ts'
import type { LifeCycle, Result } from './types.ts'

declare module '../core/events/types.ts' {
  interface EventPayloads {
    'jobs.run_changed': {
      readonly job_id: number | null
      readonly run_id: number
      readonly life_cycle_state: LifeCycle
      readonly result_state: Result | null
    }
    /** A run, or one of its tasks, takes longer than its health rule allows. Said once. */
    'jobs.health_rule_broken': {
      readonly job_id: number | null
      readonly run_id: number
      readonly task_key: string | null
      readonly metric: 'RUN_DURATION_SECONDS'
      /** Seconds. */
      readonly limit: number
    }
    'jobs.backfill_changed': {
      readonly job_id: number
      readonly backfill_id: number
      readonly state: BackfillState
    }
    'jobs.task_changed': {
      readonly job_id: number | null
      readonly run_id: number
      readonly task_key: string
      readonly task_run_id: number
      readonly attempt_number: number
      readonly life_cycle_state: LifeCycle
      readonly result_state: Result | null
    }
  }
}
