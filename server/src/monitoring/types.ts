import type { MonitorDefinition } from './schema.ts'

export interface Monitor {
  readonly definition: MonitorDefinition
  readonly creator: string
  readonly createdAt: Date
  readonly refreshedAt: Date | undefined
  /** The table version of the last refresh. */
  readonly refreshedVersion: number | undefined
}

/** One value of one metric, of one column in one slice. */
export interface Measurement {
  readonly column: string
  readonly metric: string
  /** Empty for all rows. */
  readonly sliceKey: string
  readonly sliceValue: string
  readonly value: number
  readonly rows: number
}

export interface Alert {
  readonly id: string
  readonly monitor: string
  readonly table: string
  readonly column: string
  readonly metric: string
  /** `contract=One year`, or empty. */
  readonly slice: string
  readonly value: number
  readonly limit: number
  readonly window: string
  /** Of the watched table. */
  readonly version: number
  readonly createdAt: Date
}
