import type { Millrace } from '@millrace/sdk'
import { approveWhenAsked } from './approval.ts'
import { jobOf, type Deployed } from './deploy.ts'
import type { Display } from './display.ts'
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
  const runId = await millrace.jobs.runNow({ job_id: jobOf(deployed, 'churn-pipeline') })
  const ended = new AbortController()
  let approval: Promise<string> | undefined
  try {
    await showRun(millrace, show, {
      runId,
      onBlocked: () => {
        approval ??= approveWhenAsked(millrace, show, {
          model: deployed.model,
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
