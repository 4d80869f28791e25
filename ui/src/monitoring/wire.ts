/** Times are epoch milliseconds. */
export interface Monitor {
  readonly name: string
  readonly table: string
  readonly baseline: { readonly table: string; readonly version?: number }
  readonly time_column?: string
  readonly slices?: readonly string[]
  readonly label_column?: string
  readonly metrics?: readonly string[]
  readonly alerts?: readonly AlertRule[]
  readonly output_schema?: string
  readonly creator: string
  readonly created_at: number
  readonly refreshed_at: number | null
  readonly refreshed_version: number | null
}

export interface AlertRule {
  /** `*` is any column. */
  readonly column: string
  readonly metric: string
  readonly limit: number
  readonly slice?: string
}

export interface Alert {
  readonly id: string
  readonly column: string
  readonly metric: string
  readonly slice: string
  readonly value: number
  readonly limit: number
  readonly window: string
  readonly created_at: number
}

/** One value of one metric in one window. */
export interface Measurement {
  readonly window: string
  readonly column: string
  readonly slice: string
  readonly metric: string
  readonly value: number
  readonly rows: number
  readonly computedAt: number
}

/** Where a monitor writes what it measures. */
export function driftTable(monitor: Monitor): string {
  const schema = monitor.output_schema ?? 'main.default'
  return `${schema}.${monitor.name.replaceAll('-', '_')}_drift_metrics`
}
