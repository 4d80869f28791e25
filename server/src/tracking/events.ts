import type { RunStatus } from './types.ts'

declare module '../core/events/types.ts' {
  interface EventPayloads {
    'tracking.run_created': { readonly run_id: string; readonly experiment_id: string }
    'tracking.purged': {
      readonly runs: readonly string[]
      readonly logged_models: readonly string[]
      readonly experiments: readonly string[]
    }
    'tracking.run_finished': { readonly run_id: string; readonly status: RunStatus }
  }
}
