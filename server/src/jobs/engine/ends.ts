import { LifeCycle, Result, StopReason, type TerminationCode } from '../types.ts'
import type { AttemptState, End } from './run-state.ts'

export function succeeded(message = ''): End {
  return { lifeCycle: LifeCycle.Terminated, result: Result.Success, code: 'SUCCESS', message }
}

export function failed(code: TerminationCode, message: string): End {
  return { lifeCycle: LifeCycle.Terminated, result: Result.Failed, code, message }
}

/** A fault of the platform, not of the task. */
export function internalError(message: string): End {
  return {
    lifeCycle: LifeCycle.InternalError,
    result: Result.Failed,
    code: 'INTERNAL_ERROR',
    message,
  }
}

/** The process is gone and nobody knows how it ended. */
export function lost(message: string): End {
  return { ...internalError(message), code: 'DRIVER_ERROR' }
}

/** For a task that never started. */
export function notRun(result: Result, why: string): End {
  const code: TerminationCode = result === Result.Disabled ? 'DISABLED' : 'SKIPPED'
  return { lifeCycle: LifeCycle.Terminated, result, code, message: `Not run: ${why}` }
}

export function canceled(message = 'Canceled by user'): End {
  return {
    lifeCycle: LifeCycle.Terminated,
    result: Result.Canceled,
    code: 'USER_CANCELED',
    message,
  }
}

export function timedOut(message: string): End {
  return { lifeCycle: LifeCycle.Terminated, result: Result.TimedOut, code: 'CANCELED', message }
}

/** How an attempt ends that was told to stop. */
export function stoppedEnd(reason: StopReason, timeoutMs: number): End {
  switch (reason) {
    case StopReason.Canceled:
      return canceled()
    case StopReason.TimedOut:
      return timedOut(`Stopped after its timeout of ${timeoutMs / 1000} s`)
    case StopReason.RunTimedOut:
      return timedOut('Stopped because the run reached its timeout')
  }
}

/** Whether the attempt counts as failed for retries. */
export function isFailure(attempt: AttemptState): boolean {
  const result = attempt.end?.result
  return result === Result.Failed || result === Result.TimedOut
}
