import { AppError } from '../core/index.ts'
import { resolveReferences, type ReferenceScope } from './references.ts'
import type { JobRun } from './types.ts'

/** What references can see of the run itself, without its tasks and its parameters. */
export function runScope(
  run: Pick<
    JobRun,
    | 'jobId'
    | 'name'
    | 'runId'
    | 'repairCount'
    | 'startedAt'
    | 'createdAt'
    | 'trigger'
    | 'triggerInfo'
    | 'logicalAt'
    | 'backfillId'
  >,
  url: string,
): Omit<ReferenceScope, 'task' | 'input'> {
  const { triggerInfo } = run
  return {
    job: {
      id: run.jobId,
      name: run.name,
      runId: run.runId,
      repairCount: run.repairCount,
      parameters: {},
      startedAt: run.startedAt ?? run.createdAt,
    },
    trigger: {
      type: run.trigger,
      time: run.logicalAt ?? run.createdAt,
      fileLocation: triggerInfo['location'] as string | undefined,
      updatedTables: triggerInfo['updated_tables'] as readonly string[] | undefined,
    },
    backfill: run.backfillId === undefined ? undefined : run.logicalAt,
    findTask: () => undefined,
    findTaskValue: () => undefined,
    findRows: () => undefined,
    workspaceUrl: url,
  }
}

/** Names of a run that are the same for all its tasks. */
const ofTheRun: ReadonlySet<string> = new Set([
  'job',
  'workspace',
  'backfill',
  'job_id',
  'parent_run_id',
])
const ofItsStart: ReadonlySet<string> = new Set(['start_date', 'start_time'])

/**
 * The run's parameters as its tasks see them. What only a task or a later start can tell stays as
 * it was written, and so does what cannot be resolved, which the tasks will complain of.
 */
export function resolvedParameters(run: JobRun, url: string): Record<string, string> {
  const scope = { ...runScope(run, url), task: noTask, input: undefined }
  const known = ([first = '', second]: readonly string[]): boolean => {
    const start = ofItsStart.has(first) || (first === 'job' && second === 'start_time')
    return start ? run.startedAt !== undefined : ofTheRun.has(first)
  }
  return Object.fromEntries(
    Object.entries(run.parameters).map(([name, value]) => {
      try {
        return [name, resolveReferences(value, scope, known)]
      } catch (error) {
        if (!(error instanceof AppError)) throw error
        return [name, value]
      }
    }),
  )
}

const noTask = { name: '', runId: 0, executionCount: 1 }
