/**
 * A replay is RUNNING until the training has ended again; then one of the others, for good. A server
 * that stops in between goes on with it when it comes back.
 */
export const ReplayState = {
  Running: 'RUNNING',
  Identical: 'IDENTICAL',
  Different: 'DIFFERENT',
  /** It could not be trained again, so there is nothing to compare. */
  Failed: 'FAILED',
} as const
export type ReplayState = (typeof ReplayState)[keyof typeof ReplayState]

export interface Replay {
  readonly id: string
  readonly model: string
  readonly version: number
  readonly state: ReplayState
  readonly originalRun: string
  readonly replayRun: string
  readonly pins: Pins
  /** Empty while it runs and when it failed. */
  readonly differences: readonly Difference[]
  readonly compared: Compared | undefined
  /** Why it failed. */
  readonly message: string | undefined
  readonly principal: string
  readonly createdAt: Date
  readonly endedAt: Date | undefined
}

/** What is held equal. */
export interface Pins {
  readonly table: string
  readonly tableVersion: number
  readonly rows: number
  /** Of the rows as they were kept with the search. */
  readonly rowsSha256: string
  /** Why the table can no longer be read at that version; then the kept rows stand alone. */
  readonly tableGone: string | null
  /** The notebook, and the hash of it without outputs. */
  readonly code: string
  readonly codeSha256: string
  readonly environment: string
  /** Packages of the environment's lock. */
  readonly packages: number
  readonly seed: number
}

/** How many values were held against each other. */
export interface Compared {
  readonly parameters: number
  readonly metrics: number
  /** Hex SHA-256 of the original's model file; absent when the run logged none. */
  readonly model: string | undefined
  /** How the predictions compare; only looked at when the model files differ. */
  readonly predictions: PredictionComparison | undefined
}

export interface PredictionComparison {
  readonly rows: number
  /** Rows for which the two models do not say the same. */
  readonly different: number
  /** Of probabilities, or of predictions that are numbers. */
  readonly max_difference: number
}

export interface Difference {
  readonly kind: 'parameter' | 'metric' | 'model' | 'predictions'
  readonly name: string
  readonly original: string
  readonly replayed: string
}
