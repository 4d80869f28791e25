export const EnvironmentState = { Building: 'BUILDING', Ready: 'READY', Failed: 'FAILED' } as const
export type EnvironmentState = (typeof EnvironmentState)[keyof typeof EnvironmentState]

export interface EnvironmentSpec {
  /** What pip would accept, one requirement each: `scikit-learn==1.7.2`. */
  readonly requirements: readonly string[]
  /** A Python interpreter, or a version such as `3.12`. @default the server's `--python` */
  readonly python?: string
}

/** A folder of installed packages that is never changed again; its lock names it. */
export interface Environment {
  readonly hash: string
  /** Every package with its exact version, one a line. */
  readonly lock: string
  /** The interpreter to run with. */
  readonly python: string
  readonly path: string
  readonly requirements: readonly string[]
}

export type Entry =
  | { readonly kind: 'script'; readonly path: string; readonly argv: readonly string[] }
  | {
      readonly kind: 'notebook'
      readonly path: string
      /** Where the executed notebook goes. */
      readonly outputPath: string
      readonly parameters: Readonly<Record<string, string>>
    }
  | {
      readonly kind: 'module'
      readonly module: string
      readonly function: string
      /** An array is spread as positional arguments, an object as named ones. */
      readonly args: unknown
      readonly argv?: readonly string[]
    }

export interface Limits {
  readonly memoryBytes?: number
  /** Processors that the attempt may run on. */
  readonly cpuCount?: number
  /** Processor time of all its processes together. */
  readonly cpuMs?: number
  readonly wallMs?: number
}

export interface LaunchSpec {
  /** Letters, digits, `.`, `_` and `-`. */
  readonly attemptId: string
  /** An environment's hash. */
  readonly environment: string
  /** @default `work` in the attempt's folder */
  readonly cwd?: string
  readonly entry: Entry
  readonly env: Readonly<Record<string, string>>
  readonly limits?: Limits
  /** Modules that the fork server imports once for all attempts. */
  readonly preload?: readonly string[]
  /** Values that readers of the log never see. */
  readonly secrets?: readonly string[]
}

export type ExitReason = 'exited' | 'killed' | 'memory' | 'cpu' | 'wall' | 'disk' | 'lost'

export interface TaskError {
  readonly type: string
  readonly message: string
  readonly traceback: string
}

export interface ExitReport {
  /** Null when a signal ended it, or nobody knows. */
  readonly exitCode: number | null
  readonly signal: string | null
  readonly reason: ExitReason
  readonly error?: TaskError
  /** What the notebook gave to `dbutils.notebook.exit`, or the function returned. */
  readonly result?: unknown
  readonly startedAt: number
  readonly endedAt: number
  readonly maxRssBytes: number
  readonly cpuMs: number
}
