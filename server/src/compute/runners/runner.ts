import type { ExitReport, LaunchSpec } from '../types.ts'

/** An attempt with everything a runner needs to start it. */
export interface StartSpec extends LaunchSpec {
  readonly folder: string
  readonly cwd: string
  readonly log: string
  readonly python: string
}

export type StartOutcome =
  /** It runs now. */
  | { readonly state: 'started'; readonly startedAt: number }
  /** It ran already. */
  | { readonly state: 'attached'; readonly startedAt: number }
  /** It has ended; its `exit.json` is there. */
  | { readonly state: 'ended' }
  /** It was started once, and nothing of it is left. */
  | { readonly state: 'vanished' }

export interface AttemptPlace {
  readonly attemptId: string
  readonly folder: string
}

/**
 * Runs attempts somewhere. Whatever it is, the attempt's folder tells how it ended, and
 * starting the same attempt again attaches to it.
 */
export interface Runner extends AsyncDisposable {
  readonly start: (spec: StartSpec) => Promise<StartOutcome>
  /** Finds a running attempt again after a restart of this server. */
  readonly attach: (place: AttemptPlace) => Promise<StartOutcome>
  readonly kill: (place: AttemptPlace, graceMs: number) => Promise<void>
  /** Called once for every attempt of this runner that ends. */
  onExit: (listener: (attemptId: string, report: ExitReport) => void) => void
}
