import { link, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { newId, type Principal } from '../core/index.ts'
import type { AttemptPlace } from './runners/runner.ts'
import type { ExitReport, TaskError } from './types.ts'

interface WireReport {
  readonly exit_code: number | null
  readonly signal: string | null
  readonly reason: ExitReport['reason']
  readonly started_at: number
  readonly ended_at: number
  readonly max_rss_bytes: number
  readonly cpu_ms: number
  readonly error?: TaskError
  readonly result?: unknown
}

/** What `spec.json` says about an attempt that was launched. */
export interface AttemptSpec {
  readonly environment: string
  readonly entry: { readonly kind: string }
  readonly principal: Principal
  /** Names the fork server that runs it. */
  readonly server: string
}

/** The spec of an attempt; undefined when it was never launched. */
export async function findSpec(folder: string): Promise<AttemptSpec | undefined> {
  const text = await readFile(join(folder, 'spec.json'), 'utf8').catch(() => '')
  // Empty when the machine stopped while it was being written.
  return text === '' ? undefined : (JSON.parse(text) as AttemptSpec)
}

/** The report in an attempt's `exit.json`; undefined while it runs. */
export async function findExit(folder: string): Promise<ExitReport | undefined> {
  const text = await readFile(join(folder, 'exit.json'), 'utf8').catch(() => undefined)
  return text === undefined ? undefined : toExitReport(JSON.parse(text))
}

export function toExitReport(found: unknown): ExitReport {
  const report = found as WireReport
  return {
    exitCode: report.exit_code,
    signal: report.signal,
    reason: report.reason,
    startedAt: report.started_at,
    endedAt: report.ended_at,
    maxRssBytes: report.max_rss_bytes,
    cpuMs: report.cpu_ms,
    ...(report.error === undefined ? {} : { error: report.error }),
    ...(report.result === undefined ? {} : { result: report.result }),
  }
}

/** Gives back the disk that an ended attempt took in its folder; its record and its log stay. */
export async function clearWork(folder: string): Promise<void> {
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    if (!entry.isDirectory()) continue
    await rm(join(folder, entry.name), { recursive: true, force: true })
  }
}

/** Records that nothing is left of an attempt, unless it did report after all. */
export async function writeLostExit(
  place: AttemptPlace & { readonly startedAt: number },
  nowMs: number,
): Promise<ExitReport> {
  const lost: WireReport = {
    exit_code: null,
    signal: null,
    reason: 'lost',
    started_at: place.startedAt || nowMs,
    ended_at: nowMs,
    max_rss_bytes: 0,
    cpu_ms: 0,
    error: {
      type: 'Lost',
      message:
        'The process vanished without saying how it ended; the machine or its worker was stopped',
      traceback: '',
    },
  }
  await mkdir(place.folder, { recursive: true, mode: 0o700 })
  const made = join(place.folder, `exit.${newId()}.new`)
  await writeFile(made, JSON.stringify(lost))
  // A link, unlike a rename, never replaces a report that is there.
  await link(made, join(place.folder, 'exit.json')).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error
  })
  await rm(made)
  return (await findExit(place.folder)) ?? toExitReport(lost)
}
