import type { RunStatus } from './types.ts'

declare module '../core/events/types.ts' {
  interface EventPayloads {
    'tracking.run_created': { readonly run_id: string; readonly experiment_id: string }
    'tracking.run_finished': { readonly run_id: string; readonly status: RunStatus }
  }
}
