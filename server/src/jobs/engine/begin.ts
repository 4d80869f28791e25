import { issueToken } from '../../auth/index.ts'
import { AppError, type Ctx } from '../../core/index.ts'
import { applyParameters } from '../parameters.ts'
import { resolveReferences } from '../references.ts'
import { runPrincipal } from '../run-principal.ts'
import { configurationOf } from '../settings-check.ts'
import type { NestedTask } from '../settings-schema.ts'
import type { Attempt, Outcome, Wait } from '../tasks/contract.ts'
import { taskTypes } from '../tasks/task-types.ts'
import { attemptIdOf } from '../types.ts'
import { failed } from './ends.ts'
import type { FindOutput } from './inputs.ts'
import type { LiveRun } from './live-run.ts'
import type { AttemptRef } from './run-state.ts'
import { referenceScope } from './scope.ts'

/** What came of starting an attempt. */
export type Begun =
  | { readonly kind: 'ended'; readonly outcome: Outcome; readonly resolved?: NestedTask }
  | { readonly kind: 'waits'; readonly wait: Wait; readonly attempt: Attempt }
  | { readonly kind: 'works'; readonly attempt: Attempt }
  /** A for-each: the inputs of its iterations. */
  | { readonly kind: 'fans-out'; readonly inputs: readonly unknown[] }

export interface BeginInput {
  readonly ref: AttemptRef
  /** For an iteration. */
  readonly input: { readonly value: unknown } | undefined
  readonly findOutput: FindOutput
}

/** Replaces the references of a task that starts and begins it, in the transaction of `tx`. */
export async function beginAttempt(tx: Ctx, live: LiveRun, asked: BeginInput): Promise<Begun> {
  const { ref } = asked
  try {
    if (ref.task.nested) return await fanOut(tx, live, asked)
    const task = await resolveTask(tx, live, asked)
    return await beginTask(tx, live, { ref, task })
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    return { kind: 'ended', outcome: { end: failed('INVALID_RUN_CONFIGURATION', error.message) } }
  }
}

async function resolveTask(tx: Ctx, live: LiveRun, asked: BeginInput): Promise<NestedTask> {
  const task = applyParameters(settingsTask(live, asked.ref), live.run)
  const configuration = configurationOf(task)
  const scope = await referenceScope(tx, { live, configuration, ...asked })
  const { depends_on, task_key, ...rest } = task
  const dependencies = depends_on ? { depends_on } : {}
  return { ...resolveReferences(rest, scope), ...dependencies, task_key }
}

/** The task, or the nested task of an iteration, as the settings have it. */
function settingsTask(live: LiveRun, ref: AttemptRef): NestedTask {
  const tasks = live.settings.tasks ?? []
  const outer = live.state.graph.tasks[ref.task.index]
  const task = tasks.find((candidate) => candidate.task_key === outer?.key)
  if (!task) throw new Error(`Run ${live.run.runId} has no task ${outer?.key}`)
  if (ref.parentId === undefined) return task
  return task.for_each_task?.task ?? task
}

async function fanOut(tx: Ctx, live: LiveRun, asked: BeginInput): Promise<Begun> {
  const { ref } = asked
  const task = (live.settings.tasks ?? []).find((candidate) => candidate.task_key === ref.task.key)
  const text = task?.for_each_task?.inputs ?? '[]'
  const scope = await referenceScope(tx, { live, ...asked, configuration: text, input: undefined })
  const resolved = resolveReferences(text, scope)
  const inputs = parseInputs(resolved)
  if (inputs) return { kind: 'fans-out', inputs }
  const shown = resolved.length > 200 ? `${resolved.slice(0, 200)}…` : resolved
  return {
    kind: 'ended',
    outcome: {
      end: failed(
        'INVALID_RUN_CONFIGURATION',
        `inputs of for_each_task must be a JSON array; found ${shown}`,
      ),
    },
  }
}

function parseInputs(text: string): unknown[] | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return Array.isArray(value) ? value : undefined
  } catch {
    return undefined
  }
}

async function beginTask(
  tx: Ctx,
  live: LiveRun,
  asked: { readonly ref: AttemptRef; readonly task: NestedTask },
): Promise<Begun> {
  const { ref, task } = asked
  const type = ref.task.kind === 'for_each_task' ? undefined : taskTypes[ref.task.kind]
  if (!type) {
    const end = failed('INVALID_RUN_CONFIGURATION', `${ref.task.kind} cannot run on this server`)
    return { kind: 'ended', outcome: { end } }
  }
  const attempt = {
    taskRunId: ref.attempt.id,
    attemptId: attemptIdOf(ref.attempt.id),
    taskKey: ref.task.key,
    iteration: ref.attempt.iteration,
    task,
    run: live.run,
    settings: live.settings,
    token: '',
    resumed: false,
  }
  if (type.how === 'instant') {
    return { kind: 'ended', outcome: type.decide(attempt), resolved: task }
  }
  if (type.how === 'work') {
    return { kind: 'works', attempt: { ...attempt, token: await tokenFor(tx, attempt) } }
  }
  const begun = await type.begin(actingAs(tx, attempt), attempt)
  if ('end' in begun) return { kind: 'ended', outcome: begun, resolved: task }
  return { kind: 'waits', wait: begun, attempt }
}

function actingAs(tx: Ctx, attempt: Attempt): Ctx {
  return { ...tx, principal: runPrincipal(attempt) }
}

/** A token for the attempt's process; it ends with the attempt. */
export async function tokenFor(
  tx: Ctx,
  attempt: Pick<Attempt, 'run' | 'attemptId' | 'taskKey'>,
): Promise<string> {
  const { token } = await issueToken(tx, {
    principal: runPrincipal(attempt),
    comment: `task ${attempt.taskKey} of run ${attempt.run.runId}`,
  })
  return token
}
