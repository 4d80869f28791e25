import { readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/** The bytes of a log that were dropped because it was over its limit; positions stay. */
export interface LogGap {
  readonly from: number
  readonly to: number
}

/**
 * The gap in the log of an attempt. While it runs, ask after reading: the gap only grows, so bytes
 * outside of it were read as they were written.
 */
export async function findGap(folder: string): Promise<LogGap | undefined> {
  const text = await readFile(join(folder, 'log.gap'), 'utf8').catch(() => undefined)
  return text === undefined ? undefined : (JSON.parse(text) as LogGap)
}

/** On both sides: a secret may have been cut in two there, so that nobody would know it again. */
export function widenGap(gap: LogGap, bytes: number): LogGap {
  return { from: Math.max(0, gap.from - bytes), to: gap.to + bytes }
}

export async function writeGap(folder: string, gap: LogGap): Promise<void> {
  const path = join(folder, 'log.gap')
  await writeFile(`${path}.new`, JSON.stringify(gap), { mode: 0o600 })
  await rename(`${path}.new`, path)
}

/** What readers find in its place. */
export function describeGap({ from, to }: LogGap): string {
  const mib = ((to - from) / 1024 / 1024).toFixed(0)
  return `\n[${mib} MiB are missing here: a log keeps its beginning and its end (--log-limit-mb)]\n`
}
