import { defineErrors } from '../core/index.ts'

export const computeErrors = defineErrors({
  COMPUTE_REQUIREMENT_INVALID: {
    status: 400,
    wire: 'INVALID_PARAMETER_VALUE',
    text: (requirement: string, why: string) =>
      `Requirement '${requirement}' cannot be used: ${why}`,
  },
  COMPUTE_ENVIRONMENT_UNRESOLVABLE: {
    status: 400,
    wire: 'INVALID_PARAMETER_VALUE',
    text: (requirements: readonly string[], resolver: string) =>
      `No set of packages satisfies ${requirements.join(', ')}. The resolver says: ${resolver}`,
  },
  COMPUTE_ENVIRONMENT_BUILD_FAILED: {
    status: 400,
    wire: 'INVALID_STATE',
    text: (hash: string, reason: string) => `Environment ${hash} could not be built: ${reason}`,
  },
  COMPUTE_ENVIRONMENT_NOT_FOUND: {
    status: 404,
    wire: 'RESOURCE_DOES_NOT_EXIST',
    text: (hash: string) => `There is no environment ${hash}`,
  },
  COMPUTE_UV_MISSING: {
    status: 400,
    wire: 'INVALID_STATE',
    text: (path: string) =>
      `The program '${path}', which builds Python environments, was not found. Install it with 'pip install uv', or name it with --uv`,
  },
  COMPUTE_PYTHON_UNUSABLE: {
    status: 400,
    wire: 'INVALID_PARAMETER_VALUE',
    text: (python: string, found: string) =>
      `Python '${python}' cannot be used: ${found}. Millrace needs Python 3.10 or newer; name one with --python`,
  },
  COMPUTE_ATTEMPT_INVALID: {
    status: 400,
    wire: 'INVALID_PARAMETER_VALUE',
    text: (problem: string) => problem,
    meaning: 'What was asked to run cannot be run so',
  },
  COMPUTE_ATTEMPT_NOT_FOUND: {
    status: 404,
    wire: 'RESOURCE_DOES_NOT_EXIST',
    text: (attemptId: string) =>
      `There is nothing of attempt ${attemptId}: it was never launched, or it ended so long ago that its folder was removed (--keep-attempts-days)`,
  },
  COMPUTE_WORKER_CRASHED: {
    status: 503,
    wire: 'TEMPORARILY_UNAVAILABLE',
    text: (worker: string, reason: string) =>
      `The worker ${worker} ended while it had calls to answer: ${reason}`,
  },
  COMPUTE_WORKER_UNLOADABLE: {
    status: 400,
    wire: 'INVALID_STATE',
    text: (worker: string, reason: string) => `The worker ${worker} could not start: ${reason}`,
  },
  COMPUTE_CALL_FAILED: {
    status: 400,
    wire: 'BAD_REQUEST',
    text: (worker: string, type: string, message: string) =>
      `The worker ${worker} refused the call: ${type}: ${message}`,
  },
  COMPUTE_WORKER_CLOSED: {
    status: 503,
    wire: 'TEMPORARILY_UNAVAILABLE',
    text: (worker: string) => `The worker ${worker} has been closed`,
  },
  COMPUTE_WORKER_GONE: {
    status: 503,
    wire: 'TEMPORARILY_UNAVAILABLE',
    text: () => 'The process that starts tasks went away before it answered',
  },
  COMPUTE_WORKER_FAILED: {
    status: 500,
    wire: 'INTERNAL_ERROR',
    text: (what: string, reason: string) => `${what} failed: ${reason}`,
  },
})
