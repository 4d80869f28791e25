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
  readonly created_at: number
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
  const since = Date.now()
  const runId = await millrace.jobs.runNow({
    job_id: jobOf(deployed, 'churn-week'),
    job_parameters: { file, week },
  })
  await showRun(millrace, show, { runId })
  const began = Date.now()
  show.running('stream')
  const streamed = await waitForStream(millrace, deployed.model)
  show.done('stream', Date.now() - began, `${streamed.toLocaleString('en')} rows scored`)
  const alert = await worstAlert(millrace, { monitor: deployed.model, since })
  const { metric, column, limit } = alert
  show.note(`Drift alert: ${metric} of ${column} is ${alert.value.toFixed(2)}, limit ${limit}`)
  const retrainingRunId = await waitForRetraining(millrace, deployed, since)
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

interface AlertsOf {
  readonly monitor: string
  /** Older ones are of an earlier run. */
  readonly since: number
}

async function alertsSince(millrace: Millrace, { monitor, since }: AlertsOf): Promise<Alert[]> {
  const path = `/api/millrace/1.0/monitors/${monitor}/alerts`
  const { alerts } = await millrace.http.call<{ alerts: Alert[] }>('GET', path)
  return alerts.filter((alert) => alert.created_at >= since)
}

async function worstAlert(millrace: Millrace, of: AlertsOf): Promise<Alert> {
  const alerts = await alertsSince(millrace, of)
  const [worst] = alerts.toSorted((a, b) => b.value / b.limit - a.value / a.limit)
  if (!worst) throw new DemoError('The drifted week raised no alert')
  return worst
}

/**
 * On data of an earlier demo the pipeline itself sees a drifted week, and so a retraining begins;
 * it goes first, for there is only one at a time.
 */
export async function finishRetraining(
  millrace: Millrace,
  show: Display,
  { deployed, since }: { readonly deployed: Deployed; readonly since: number },
): Promise<void> {
  const alerts = await alertsSince(millrace, { monitor: deployed.model, since })
  if (alerts.length === 0) return
  const runId = await waitForRetraining(millrace, deployed, since)
  show.heading(`churn-retraining, for the last week had drifted already: run ${runId}`)
  await showRun(millrace, show, { runId })
  await showVerdict(millrace, show, deployed.model)
}

/** The run that an alert has started; those that were skipped beside it do nothing. */
async function waitForRetraining(
  millrace: Millrace,
  deployed: Deployed,
  since: number,
): Promise<number> {
  const jobId = jobOf(deployed, 'churn-retraining')
  const deadline = Date.now() + 60_000
  for (;;) {
    const runs = await millrace.jobs.listRuns({ job_id: jobId, limit: 10 })
    const started = runs.findLast(
      ({ start_time: at, state }) => at >= since && state.life_cycle_state !== 'SKIPPED',
    )
    if (started) return started.run_id
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
