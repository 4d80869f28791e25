export interface CheckpointFiles {
  readonly version: number
  /** Names in the log folder; all of them together are the checkpoint. */
  readonly files: readonly string[]
}

export interface CheckpointHint {
  readonly version: number
  /** Undefined where the hint does not say (a v2 checkpoint without its path). */
  readonly files: readonly string[] | undefined
}

/** Reads `_last_checkpoint`; a damaged one is as good as none. */
export function parseHint(text: string | undefined): CheckpointHint | undefined {
  if (text === undefined) return undefined
  try {
    const hint = JSON.parse(text) as {
      version: number
      parts?: number | null
      v2Checkpoint?: { path: string } | null
    }
    if (!Number.isSafeInteger(hint.version)) return undefined
    if (hint.v2Checkpoint) return { version: hint.version, files: [hint.v2Checkpoint.path] }
    const parts = hint.parts ?? 0
    if (parts <= 0) return { version: hint.version, files: [checkpointName(hint.version)] }
    const files = Array.from({ length: parts }, (_, i) => partName(hint.version, i + 1, parts))
    return { version: hint.version, files }
  } catch {
    return undefined
  }
}

export function checkpointName(version: number): string {
  return `${digits(version, 20)}.checkpoint.parquet`
}

function partName(version: number, part: number, parts: number): string {
  return `${digits(version, 20)}.checkpoint.${digits(part, 10)}.${digits(parts, 10)}.parquet`
}

function digits(value: number, width: number): string {
  return String(value).padStart(width, '0')
}

const pattern =
  /^(?<version>\d{20})\.checkpoint\.(?:(?<part>\d{10})\.(?<parts>\d{10})\.)?(?:(?<uuid>[0-9a-f-]{36})\.)?(?:parquet|json)$/

/** The newest complete checkpoint at or before `until`, among the sorted names of the log folder. */
export function findCheckpoint(
  names: readonly string[],
  until: number = Infinity,
): CheckpointFiles | undefined {
  const complete = new Map<number, readonly string[]>()
  const parts = new Map<string, string[]>()
  for (const name of names) {
    const found = pattern.exec(name)?.groups
    if (!found) continue
    const version = Number(found['version'])
    if (version > until) continue
    if (found['parts'] === undefined) {
      complete.set(version, [name])
      continue
    }
    const key = `${version}/${found['parts']}`
    const together = [...(parts.get(key) ?? []), name]
    parts.set(key, together)
    if (together.length === Number(found['parts'])) complete.set(version, together)
  }
  const version = Math.max(...complete.keys())
  const files = complete.get(version)
  return files && { version, files }
}
