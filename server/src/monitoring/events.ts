declare module '../core/events/types.ts' {
  interface EventPayloads {
    'monitoring.refreshed': {
      readonly monitor: string
      readonly table: string
      readonly window_end: string
    }
    'monitoring.alert': {
      readonly monitor: string
      readonly table: string
      readonly column: string
      readonly metric: string
      readonly value: number
      readonly limit: number
      readonly window: string
    }
  }
}

export {}
