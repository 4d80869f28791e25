import { setTimeout as delay } from 'node:timers/promises'
import type { Millrace } from '@millrace/sdk'
import { jobOf, type Deployed } from './deploy.ts'
import type { Display } from './display.ts'
import { driftedWeek } from './drift.ts'
import { DemoError } from './platform.ts'
import { showRun } from './runs.ts'

export interface WeekResult {
  /** Rows that the stream has scored. */
  readonly streamed: number
}

interface Stream {
  readonly state: string
  readonly lag_versions: number
  readonly rows_scored: number
  readonly error: string | null
}

const weekMs = 7 * 24 * 3600 * 1000

/** Takes in a week in which something happened; the stream scores it as it is committed. */
export async function showWeek(
  millrace: Millrace,
  show: Display,
  deployed: Deployed,
): Promise<WeekResult> {
  show.heading('churn-week: a new week of customers')
  const file = `/Users/${await millrace.auth.whoAmI()}/drifted-week.csv`
  await millrace.workspace.importFile(file, await driftedWeek())
  const week = await nextWeek(millrace)
  const runId = await millrace.jobs.runNow({
    job_id: jobOf(deployed, 'churn-week'),
    job_parameters: { file, week },
  })
  await showRun(millrace, show, { runId })
  const began = Date.now()
  show.running('stream')
  const streamed = await waitForStream(millrace, deployed.model)
  show.done('stream', Date.now() - began, `${streamed.toLocaleString('en')} rows scored`)
  return { streamed }
}

/** A week after the newest one, so that the demo can be run again on the same data. */
async function nextWeek(millrace: Millrace): Promise<string> {
  const { rows } = await millrace.tables.query('select max(week) from main.churn.customers')
  const newest = Date.parse(rows[0]?.[0] ?? new Date().toISOString())
  return new Date(newest + weekMs).toISOString().slice(0, 10)
}

async function waitForStream(millrace: Millrace, name: string): Promise<number> {
  const deadline = Date.now() + 120_000
  for (;;) {
    const path = `/api/millrace/1.0/serving/streams/${name}`
    const stream = await millrace.http.call<Stream>('GET', path)
    if (stream.lag_versions === 0 && stream.rows_scored > 0) return stream.rows_scored
    if (Date.now() > deadline) {
      throw new DemoError(`The stream is ${stream.state}: ${stream.error ?? 'it lags behind'}`)
    }
    await delay(250)
  }
}
