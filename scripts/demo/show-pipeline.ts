import { setTimeout as delay } from 'node:timers/promises'
import type { Millrace } from '@millrace/sdk'
import { approveWhenAsked, waitForVerdict } from './approval.ts'
import { jobOf, type Deployed } from './deploy.ts'
import { shorten, type Display } from './display.ts'
import { DemoError } from './platform.ts'
import { showRun } from './runs.ts'

export interface PipelineResult {
  readonly runId: number
  readonly version: string
  /** Empty when a person clicked. */
  readonly approver: string
}

export interface PipelineOptions {
  readonly waitForApproval: boolean
  readonly deployed: Deployed
}

/** Runs churn-pipeline; when it waits for a person, the local owner approves. */
export async function showPipeline(
  millrace: Millrace,
  show: Display,
  { deployed, waitForApproval }: PipelineOptions,
): Promise<PipelineResult> {
  show.heading('churn-pipeline')
  const open = await millrace.registry.listOpenRequests()
  const earlier = new Set(open.map((request) => request.request_id))
  const runId = await millrace.jobs.runNow({ job_id: jobOf(deployed, 'churn-pipeline') })
  const ended = new AbortController()
  let approval: Promise<string> | undefined
  try {
    await showRun(millrace, show, {
      runId,
      onBlocked: () => {
        approval ??= approveWhenAsked(millrace, show, {
          model: deployed.model,
          earlier,
          waitForPerson: waitForApproval,
          signal: ended.signal,
        })
        // Awaited once the run has ended, which a failure here would never let happen.
        approval.catch((error: unknown) => {
          show.note(`The approval failed: ${String(error)}`)
          if (!ended.signal.aborted) void millrace.jobs.cancelRun(runId)
        })
      },
    })
  } finally {
    ended.abort()
  }
  if (!approval) throw new DemoError('The pipeline did not wait for an approval')
  const approver = await approval
  const [newest] = await millrace.registry.listVersions(deployed.model)
  if (newest?.current_stage !== 'Production') {
    throw new DemoError(`${deployed.model} has no version in Production after its pipeline`)
  }
  return { runId, version: newest.version, approver }
}

export interface CandidateResult {
  readonly version: string
  readonly stage: string
  /** What its author was told. */
  readonly message: string
}

/** A model made by hand goes through the same gate, and does not pass. */
export async function showCandidate(
  millrace: Millrace,
  show: Display,
  deployed: Deployed,
): Promise<CandidateResult> {
  show.heading('churn-candidate: a model that somebody made by hand')
  const runId = await millrace.jobs.runNow({ job_id: jobOf(deployed, 'churn-candidate') })
  await showRun(millrace, show, { runId })
  const [newest] = await millrace.registry.listVersions(deployed.model)
  if (!newest) throw new DemoError('The candidate registered no version')
  const began = Date.now()
  show.running('gate')
  const { stage } = await waitForVerdict(millrace, deployed.model, newest.version)
  if (stage !== 'Archived') throw new DemoError(`The bad version is in ${stage}, not Archived`)
  const message = await waitForComment(millrace, deployed.model, newest.version)
  show.done('gate', Date.now() - began, `version ${newest.version} is Archived`)
  show.note(`Its author is told: ${shorten(message)}`)
  return { version: newest.version, stage, message }
}

async function waitForComment(millrace: Millrace, name: string, version: string): Promise<string> {
  const deadline = Date.now() + 20_000
  for (;;) {
    const last = (await millrace.registry.listComments(name, version)).at(-1)
    if (last) return last.comment
    if (Date.now() > deadline) throw new DemoError('The author was not told why')
    await delay(200)
  }
}
