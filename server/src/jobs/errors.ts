import { defineErrors } from '../core/index.ts'

export const jobsErrors = defineErrors({
  // 400 with this wording, because databricks-sdk turns it into ResourceDoesNotExist.
  JOBS_JOB_NOT_FOUND: {
    status: 400,
    wire: 'INVALID_PARAMETER_VALUE',
    text: (jobId: number) => `Job ${jobId} does not exist.`,
  },
  JOBS_RUN_NOT_FOUND: {
    status: 400,
    wire: 'INVALID_PARAMETER_VALUE',
    text: (runId: number) => `Run ${runId} does not exist.`,
  },
  JOBS_REVISION_NOT_FOUND: {
    status: 404,
    wire: 'RESOURCE_DOES_NOT_EXIST',
    text: (jobId: number, revision: number, newest: number) =>
      `Revision ${revision} of job ${jobId} is not there; the newest is ${newest}, and the last 100 are kept`,
  },
  JOBS_SETTINGS_CHANGED: {
    status: 409,
    wire: 'RESOURCE_CONFLICT',
    text: (jobId: number, edited: number, newest: number) =>
      `Job ${jobId} was changed meanwhile: revision ${edited} was edited, the newest is ${newest}. Read it again and edit that`,
  },
  JOBS_SETTINGS_INVALID: {
    status: 400,
    wire: 'INVALID_PARAMETER_VALUE',
    text: (problem: string) => problem,
    meaning: 'A job’s settings do not fit together',
  },
  JOBS_FIELD_UNSUPPORTED: {
    status: 400,
    wire: 'INVALID_PARAMETER_VALUE',
    text: (field: string, instead: string) => `Field '${field}' is not supported: ${instead}`,
  },
  JOBS_CRON_INVALID: {
    status: 400,
    wire: 'INVALID_PARAMETER_VALUE',
    text: (expression: string, position: number, problem: string) =>
      `Invalid quartz_cron_expression '${expression}' at position ${position}: ${problem}`,
  },
  JOBS_TIME_ZONE_UNKNOWN: {
    status: 400,
    wire: 'INVALID_PARAMETER_VALUE',
    text: (zone: string) =>
      `Unknown timezone_id '${zone}'; use an IANA name such as Europe/Amsterdam or UTC`,
  },
  JOBS_REFERENCE_INVALID: {
    status: 400,
    wire: 'INVALID_PARAMETER_VALUE',
    text: (reference: string, why: string) => `The reference ${reference} means nothing: ${why}`,
  },
  JOBS_RUN_ACTIVE: {
    status: 400,
    wire: 'INVALID_STATE',
    text: (runId: number, state: string, action: string) =>
      `Run ${runId} is ${state}; only a finished run can be ${action}. Cancel it or wait for its end`,
  },
  JOBS_REPAIR_INVALID: {
    status: 400,
    wire: 'INVALID_PARAMETER_VALUE',
    text: (problem: string) => problem,
    meaning: 'A run cannot be repaired in this way',
  },
  JOBS_PERMISSION_DENIED: {
    status: 403,
    wire: 'PERMISSION_DENIED',
    text: (user: string, levels: string, on: string) =>
      `${user} does not have ${levels} permissions on ${on}; its owner or an admin can grant that`,
  },
  JOBS_BACKFILL_INVALID: {
    status: 400,
    wire: 'INVALID_PARAMETER_VALUE',
    text: (problem: string) => problem,
    meaning: 'A backfill asks for what cannot be run',
  },
  JOBS_BACKFILL_NOT_FOUND: {
    status: 404,
    wire: 'RESOURCE_DOES_NOT_EXIST',
    text: (backfillId: number) =>
      `Backfill ${backfillId} does not exist; GET /api/millrace/1.0/jobs/backfill/list lists them`,
  },
  JOBS_OUTPUT_OF_PARENT: {
    status: 400,
    wire: 'INVALID_PARAMETER_VALUE',
    text: (runId: number) =>
      `Run ${runId} has several tasks; ask for the output of one of its task runs (tasks[].run_id)`,
  },
  JOBS_NOTHING_TO_EXPORT: {
    status: 400,
    wire: 'INVALID_PARAMETER_VALUE',
    text: (runId: number) =>
      `Run ${runId} has no executed notebook; only notebook tasks that have started can be exported`,
  },
  JOBS_TOKEN_OF_DELETED_RUN: {
    status: 400,
    wire: 'INVALID_PARAMETER_VALUE',
    text: (token: string) =>
      `The run that idempotency_token '${token}' started has been deleted; use a new token`,
  },
  JOBS_PARAMETER_INVALID: {
    status: 400,
    wire: 'INVALID_PARAMETER_VALUE',
    text: (problem: string) => problem,
    meaning: 'A parameter of the call is not one that can be used',
  },
  JOBS_NOT_IN_A_TASK: {
    status: 400,
    wire: 'INVALID_STATE',
    text: () => 'Task values belong to a running task; call this with the token of a task',
  },
  JOBS_TASK_VALUE_TOO_LARGE: {
    status: 400,
    wire: 'INVALID_PARAMETER_VALUE',
    text: (key: string, bytes: number) =>
      `The value of task value '${key}' is ${bytes} bytes of JSON; the limit is 49152 (48 KiB)`,
  },
  JOBS_TASK_VALUE_NOT_FOUND: {
    status: 404,
    wire: 'RESOURCE_DOES_NOT_EXIST',
    text: (taskKey: string, key: string) => `Task '${taskKey}' has set no task value '${key}'`,
  },
  JOBS_DESTINATION_NOT_FOUND: {
    status: 404,
    wire: 'RESOURCE_DOES_NOT_EXIST',
    text: (id: string) =>
      `There is no notification destination '${id}'; GET /api/2.0/notification-destinations lists them`,
  },
  JOBS_DESTINATION_INVALID: {
    status: 400,
    wire: 'INVALID_PARAMETER_VALUE',
    text: (problem: string) => problem,
    meaning: 'A notification destination does not say rightly where messages go',
  },
  JOBS_NOTIFICATION_IMPOSSIBLE: {
    status: 400,
    wire: 'INVALID_PARAMETER_VALUE',
    text: (field: string, problem: string) => `${field} cannot be sent: ${problem}`,
  },
  JOBS_PERMISSION_INVALID: {
    status: 400,
    wire: 'INVALID_PARAMETER_VALUE',
    text: (problem: string) => problem,
    meaning: 'Permissions of a job are not ones that it can have',
  },
})
