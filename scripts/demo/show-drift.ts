import { setTimeout as delay } from 'node:timers/promises'
import type { Millrace } from '@millrace/sdk'
import { jobOf, type Deployed } from './deploy.ts'
import type { Display } from './display.ts'
import { driftedWeek } from './drift.ts'
import { DemoError } from './platform.ts'
import { showRun } from './runs.ts'

export interface DriftResult {
  readonly alert: Alert
  /** The run of churn-retraining that the alert started. */
  readonly retrainingRunId: number
}

interface Alert {
  readonly column: string
  readonly metric: string
  readonly value: number
  readonly limit: number
}

const weekMs = 7 * 24 * 3600 * 1000

/** Feeds a week that differs; the alert starts the retraining job. */
export async function showDrift(
  millrace: Millrace,
  show: Display,
  deployed: Deployed,
): Promise<DriftResult> {
  show.heading('churn-week: a week in which something happened')
  const folder = `/Users/${await millrace.auth.whoAmI()}`
  const file = `${folder}/drifted-week.csv`
  await millrace.workspace.importFile(file, await driftedWeek())
  const week = new Date(Date.now() + weekMs).toISOString().slice(0, 10)
  const retraining = jobOf(deployed, 'churn-retraining')
  const before = await latestRun(millrace, retraining)
  const runId = await millrace.jobs.runNow({
    job_id: jobOf(deployed, 'churn-week'),
    job_parameters: { file, week },
  })
  await showRun(millrace, show, { runId })
  const alert = await waitForAlert(millrace, deployed.model)
  show.note(
    `Drift alert: ${alert.metric} of ${alert.column} is ${alert.value.toFixed(2)}, limit ${alert.limit}`,
  )
  const retrainingRunId = await waitForRun(millrace, retraining, before)
  show.note(`It started churn-retraining, run ${retrainingRunId}`)
  await showRun(millrace, show, { runId: retrainingRunId })
  return { alert, retrainingRunId }
}

async function waitForAlert(millrace: Millrace, monitor: string): Promise<Alert> {
  const deadline = Date.now() + 30_000
  for (;;) {
    const path = `/api/millrace/1.0/monitors/${monitor}/alerts`
    const { alerts } = await millrace.http.call<{ alerts: Alert[] }>('GET', path)
    const worst = alerts.toSorted((a, b) => b.value / b.limit - a.value / a.limit)[0]
    if (worst) return worst
    if (Date.now() > deadline) throw new DemoError('The drifted week raised no alert')
    await delay(250)
  }
}

async function latestRun(millrace: Millrace, jobId: number): Promise<number> {
  return (await millrace.jobs.listRuns({ job_id: jobId, limit: 1 }))[0]?.run_id ?? 0
}

async function waitForRun(millrace: Millrace, jobId: number, after: number): Promise<number> {
  const deadline = Date.now() + 30_000
  for (;;) {
    const newest = await latestRun(millrace, jobId)
    if (newest !== after) return newest
    if (Date.now() > deadline) throw new DemoError('The alert did not start churn-retraining')
    await delay(250)
  }
}
