import { canceled, failed, succeeded } from '../engine/ends.ts'
import { runNow } from '../run-service.ts'
import { findRun } from '../run-store.ts'
import { findTaskRun } from '../task-run-store.ts'
import { AppError, type Ctx } from '../../core/index.ts'
import type { End } from '../engine/run-state.ts'
import { Result, TriggerType, hasEnded, type JobRun, type State } from '../types.ts'
import type { Attempt, Outcome, TaskType, Wait } from './contract.ts'

/** Runs another job and ends as it ends. */
export const runJobTask: TaskType = {
  how: 'wait',
  begin: async (tx, attempt) => {
    const task = attempt.task.run_job_task
    if (!task) return { end: failed('INVALID_RUN_CONFIGURATION', 'run_job_task is missing') }
    const depth = await depthOf(tx, attempt.run)
    if (depth >= maxDepth) {
      return {
        end: failed(
          'INVALID_RUN_CONFIGURATION',
          `Jobs that run jobs are ${depth} deep here; the limit is ${maxDepth}. Does a job run itself?`,
        ),
      }
    }
    return startChild(tx, attempt, {
      jobId: task.job_id,
      parameters: task.job_parameters ?? {},
    })
  },
}

const maxDepth = 10

/** Under this key the attempt waits for the run that it started. */
export function childKey(runId: number): string {
  return `run:${runId}`
}

/** How the attempt ends when the run that it started ends so. */
export function endByChild(child: Pick<JobRun, 'runId' | keyof State>): End {
  const { result } = child
  if (result === Result.Success || result === Result.SuccessWithFailures) return succeeded()
  const message = `Run ${child.runId} ended ${result}${child.message ? `: ${child.message}` : ''}`
  return result === Result.Canceled ? canceled(message) : failed('RUN_EXECUTION_ERROR', message)
}

async function depthOf(tx: Ctx, run: JobRun): Promise<number> {
  let depth = 0
  let parent = run.parentTaskRunId
  while (parent !== undefined && depth < maxDepth) {
    depth += 1
    const task = await findTaskRun(tx.db, parent)
    parent = task && (await findRun(tx.db, task.runId))?.parentTaskRunId
  }
  return depth
}

async function startChild(
  tx: Ctx,
  attempt: Attempt,
  asked: { readonly jobId: number; readonly parameters: Readonly<Record<string, string>> },
): Promise<Outcome | Wait> {
  try {
    const { runId } = await runNow(tx, {
      jobId: asked.jobId,
      overrides: { job_parameters: asked.parameters },
      trigger: TriggerType.RunJobTask,
      triggerInfo: { run_id: attempt.run.runId },
      queue: true,
      parentTaskRunId: attempt.taskRunId,
    })
    const child = await findRun(tx.db, runId)
    if (child && hasEnded(child.lifeCycle))
      return { end: endByChild(child), output: { childRunId: runId } }
    return {
      key: childKey(runId),
      message: `Runs job ${asked.jobId} as run ${runId}`,
      human: false,
      output: { childRunId: runId },
    }
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    return { end: failed('INVALID_RUN_CONFIGURATION', error.message) }
  }
}
