import type { Principal } from '../../core/index.ts'
import type { Entry, ExitReport, LaunchSpec } from '../types.ts'

/** Loads a function once and answers calls on a socket. */
export interface WorkerEntry {
  readonly kind: 'worker'
  readonly module: string
  readonly function: string
  readonly args: unknown
  readonly batch: boolean
  readonly socket: string
}

/** An attempt with everything a runner needs to start it. */
export interface StartSpec extends Omit<LaunchSpec, 'entry'> {
  readonly entry: Entry | WorkerEntry
  readonly folder: string
  readonly cwd: string
  readonly log: string
  readonly python: string
  /** Who launched it; recorded with it. */
  readonly principal: Principal
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

/** What a runner says about an attempt; `onExit` exactly once, when all of it is gone. */
export interface AttemptHooks {
  readonly onExit: (report: ExitReport) => void
  /** A worker has loaded its function and listens. */
  readonly onReady?: () => void
}

/**
 * Runs attempts somewhere. Whatever it is, the attempt's folder tells how it ended, and
 * starting the same attempt again attaches to it.
 */
export interface Runner extends AsyncDisposable {
  /** Hooks are called only for an attempt that was started or attached to. */
  readonly start: (spec: StartSpec, hooks: AttemptHooks) => Promise<StartOutcome>
  /** Finds a running attempt again after a restart of this server. */
  readonly attach: (place: AttemptPlace, hooks: AttemptHooks) => Promise<StartOutcome>
  readonly kill: (place: AttemptPlace, graceMs: number) => Promise<void>
}
