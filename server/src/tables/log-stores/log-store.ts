/** Where a table's log lives. A commit is one call of `putEntry`; everything else may be repeated. */
export interface LogStore {
  /** Content and time of the log entry of a version; undefined when there is none. */
  readonly readEntry: (version: number) => Promise<LogEntry | undefined>
  /**
   * Puts an entry in place whole and durable, or not at all.
   * Answers false, and changes nothing, when the version is already taken.
   */
  readonly putEntry: (version: number, entry: LogEntry) => Promise<boolean>
  /** Names in the log folder, sorted; only for a log without a usable `_last_checkpoint`, and for clean-up. */
  readonly listNames: () => Promise<string[]>
  readonly readText: (name: string) => Promise<string | undefined>
  /** Replaces a file atomically. */
  readonly writeText: (name: string, text: string) => Promise<void>
  /** Moves a finished, synced file of this machine into the log folder, atomically. */
  readonly adopt: (path: string, name: string) => Promise<void>
  readonly deleteNames: (names: readonly string[]) => Promise<void>
  /** The path of a log file for DuckDB. */
  readonly pathOf: (name: string) => string
  /** Makes the folder; harmless when it is there. */
  readonly create: () => Promise<void>
}

export interface LogEntry {
  readonly text: string
  /** The commit's time, epoch milliseconds. */
  readonly timestampMs: number
}

export function entryName(version: number): string {
  return `${String(version).padStart(20, '0')}.json`
}

/** The version of a `00000000000000000007.json`; undefined for any other name. */
export function entryVersion(name: string): number | undefined {
  const digits = /^(?<version>\d{20})\.json$/.exec(name)?.groups?.['version']
  return digits === undefined ? undefined : Number(digits)
}
