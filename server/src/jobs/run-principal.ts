import type { Principal } from '../core/index.ts'
import type { JobRun } from './types.ts'

/** What the tasks of a run act as. Never an owner: a pipeline must not approve its own request. */
export function runPrincipal(attempt: {
  readonly run: JobRun
  readonly attemptId: string
}): Principal {
  return {
    name: attempt.run.runAs,
    kind: 'service_principal',
    isOwner: false,
    attemptId: attempt.attemptId,
  }
}
