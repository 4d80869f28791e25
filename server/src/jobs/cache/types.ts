/** Everything that a task's result depends on and that is known before it runs. */
export interface CacheParts {
  /** SHA-256 of its file, of what that imports and of its wheels, by workspace path. */
  readonly code: Readonly<Record<string, string>>
  /** Versions of the packages of its environment. */
  readonly packages: Readonly<Record<string, string>>
  /** Hash of the lock of its environment; empty for SQL. */
  readonly environment: string
  /** Its configuration as text, every reference replaced, and the values of the tasks before it. */
  readonly parameters: Readonly<Record<string, string>>
  /** Versions of the tables that the settings name. */
  readonly tables: Readonly<Record<string, string>>
  readonly version: string
}

export type DifferencePart =
  | 'code'
  | 'table'
  | 'environment'
  | 'parameter'
  | 'version'
  | 'age'
  | 'output'

export interface Difference {
  readonly part: DifferencePart
  readonly name: string
  readonly before: string | undefined
  readonly after: string | undefined
}

export interface CacheDecision {
  readonly hit: boolean
  readonly reason: string
  /** The success that stands for it, or that it was compared with. */
  readonly runId: number | undefined
  readonly taskRunId: number | undefined
  readonly differences: readonly Difference[]
}

/** What a success leaves for later attempts. */
export interface Kept {
  /** Task values by name, as JSON. */
  readonly values: Readonly<Record<string, string>>
  /** Tables that it read, with their versions. */
  readonly read: readonly TableVersion[]
  readonly wrote: readonly TableVersion[]
}

export interface TableVersion {
  readonly table: string
  readonly version: number
}

/** An earlier success of the same task. */
export interface Candidate {
  readonly taskRunId: number
  readonly runId: number
  readonly parts: CacheParts
  readonly kept: Kept
  readonly startedAt: Date
  readonly endedAt: Date
}
