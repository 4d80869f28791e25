import { setTimeout as delay } from 'node:timers/promises'
import type { Millrace } from '@millrace/sdk'
import { waitForVerdict } from './approval.ts'
import { jobOf, type Deployed } from './deploy.ts'
import type { Display } from './display.ts'
import { driftedWeek } from './drift.ts'
import { DemoError } from './platform.ts'
import { showRun } from './runs.ts'

export interface WeekResult {
  /** Rows that the stream has scored. */
  readonly streamed: number
  readonly alert: Alert
  /** The run of churn-retraining that the alert started. */
  readonly retrainingRunId: number
  /** The version that it registered, and what the gate said. */
  readonly retrained: string
  readonly stage: string
}

interface Alert {
  readonly column: string
  readonly metric: string
  readonly value: number
  readonly limit: number
}

interface Stream {
  readonly state: string
  readonly lag_versions: number
  readonly rows_scored: number
  readonly error: string | null
}

const weekMs = 7 * 24 * 3600 * 1000

/** Takes in a week in which something happened: the stream scores it, and drift starts a retraining. */
export async function showWeek(
  millrace: Millrace,
  show: Display,
  deployed: Deployed,
): Promise<WeekResult> {
  show.heading('churn-week: a new week of customers')
  const file = `/Users/${await millrace.auth.whoAmI()}/drifted-week.csv`
  await millrace.workspace.importFile(file, await driftedWeek())
  const week = await nextWeek(millrace)
  const retraining = jobOf(deployed, 'churn-retraining')
  const before = await latestRun(millrace, retraining)
  const runId = await millrace.jobs.runNow({
    job_id: jobOf(deployed, 'churn-week'),
    job_parameters: { file, week },
  })
  await showRun(millrace, show, { runId })
  const began = Date.now()
  show.running('stream')
  const streamed = await waitForStream(millrace, deployed.model)
  show.done('stream', Date.now() - began, `${streamed.toLocaleString('en')} rows scored`)
  const alert = await worstAlert(millrace, deployed.model)
  const { metric, column, limit } = alert
  show.note(`Drift alert: ${metric} of ${column} is ${alert.value.toFixed(2)}, limit ${limit}`)
  const retrainingRunId = await waitForRun(millrace, retraining, before)
  show.heading(`churn-retraining, started by the alert: run ${retrainingRunId}`)
  await showRun(millrace, show, { runId: retrainingRunId })
  return {
    streamed,
    alert,
    retrainingRunId,
    ...(await showVerdict(millrace, show, deployed.model)),
  }
}

async function showVerdict(
  millrace: Millrace,
  show: Display,
  model: string,
): Promise<{ readonly retrained: string; readonly stage: string }> {
  const [newest] = await millrace.registry.listVersions(model)
  if (!newest) throw new DemoError('The retraining registered no version')
  const began = Date.now()
  show.running('gate')
  const { stage } = await waitForVerdict(millrace, model, newest.version)
  const then = stage === 'Staging' ? ' and waits for a person' : ''
  show.done('gate', Date.now() - began, `version ${newest.version} is in ${stage}${then}`)
  return { retrained: newest.version, stage }
}

async function worstAlert(millrace: Millrace, monitor: string): Promise<Alert> {
  const path = `/api/millrace/1.0/monitors/${monitor}/alerts`
  const { alerts } = await millrace.http.call<{ alerts: Alert[] }>('GET', path)
  const [worst] = alerts.toSorted((a, b) => b.value / b.limit - a.value / a.limit)
  if (!worst) throw new DemoError('The drifted week raised no alert')
  return worst
}

async function latestRun(millrace: Millrace, jobId: number): Promise<number> {
  return (await millrace.jobs.listRuns({ job_id: jobId, limit: 1 }))[0]?.run_id ?? 0
}

async function waitForRun(millrace: Millrace, jobId: number, after: number): Promise<number> {
  const deadline = Date.now() + 60_000
  for (;;) {
    const newest = await latestRun(millrace, jobId)
    if (newest !== after) return newest
    if (Date.now() > deadline) throw new DemoError('The alert did not start churn-retraining')
    await delay(250)
  }
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
