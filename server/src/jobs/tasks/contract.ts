import type { Ctx, NewEdge } from '../../core/index.ts'
import type { End } from '../engine/run-state.ts'
import type { JobSettings, NestedTask } from '../settings-schema.ts'
import type { JobRun } from '../types.ts'

/** An attempt that starts, or goes on after a restart; every reference in its task is replaced. */
export interface Attempt {
  readonly taskRunId: number
  /** `taskRunId` as text. */
  readonly attemptId: string
  readonly taskKey: string
  /** Index of its input, inside a for-each. */
  readonly iteration: number | undefined
  readonly task: NestedTask
  readonly run: JobRun
  readonly settings: JobSettings
  /** What its process uses to call back; only for tasks that work. */
  readonly token: string
  /** It was started before, by an earlier server. */
  readonly resumed: boolean
}

/** What get-output answers, beside the logs. */
export interface TaskOutput {
  readonly error?: string
  readonly errorTrace?: string
  readonly notebookResult?: string
  readonly sql?: {
    readonly columns: readonly { readonly name: string; readonly type: string }[]
    readonly rows: readonly (readonly unknown[])[]
    readonly truncated: boolean
  }
  readonly childRunId?: number
}

export interface Outcome {
  readonly end: End
  readonly output?: TaskOutput
  readonly setupMs?: number
  readonly executionMs?: number
  /** Hash of the environment that it ran in. */
  readonly environment?: string
  readonly edges?: readonly NewEdge[]
}

/** Waits, without a process, until someone delivers its end under `key`. */
export interface Wait {
  readonly key: string
  readonly message: string
  /** It waits for a person. */
  readonly human: boolean
  readonly output?: TaskOutput
}

export interface WorkSignals {
  /**
   * Resolves once it is durable that the attempt has started. Until then `run` may prepare, and must
   * do nothing that outlives the server or that others see; when this rejects it never started.
   */
  readonly committed: Promise<void>
  /** The attempt must end: cancel or timeout. `run` still answers, when it has ended. */
  readonly stop: AbortSignal
  /** The server ends; the work goes on without it, and `run` may throw. */
  readonly detach: AbortSignal
}

/** One task type. A new one is one file, one line in `task-types.ts`, and its shape in `schemas.ts`. */
export type TaskType =
  | {
      /** Decided at once, in the transaction that starts it. */
      readonly how: 'instant'
      readonly decide: (attempt: Attempt) => Outcome
    }
  | {
      /** Takes a slot and time. Called again for the same attempt after a restart. */
      readonly how: 'work'
      readonly run: (ctx: Ctx, attempt: Attempt, signals: WorkSignals) => Promise<Outcome>
    }
  | {
      /** Begins in the transaction that starts it, and ends when somebody delivers its end. */
      readonly how: 'wait'
      readonly begin: (tx: Ctx, attempt: Attempt) => Promise<Outcome | Wait>
      /** Asked once more after `begin` is committed, for what was decided in between. */
      readonly check?: (ctx: Ctx, attempt: Attempt) => Promise<End | undefined>
    }
