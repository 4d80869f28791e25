import { isAbsolute, join } from 'node:path'
import type { Ctx } from '../core/index.ts'
import { ensureEnvironment, getEnvironment } from './environment-service.ts'
import { computeErrors } from './errors.ts'
import { attemptFolder } from './attempt-folder.ts'
import { scrubLog } from './attempt-log.ts'
import { clearWork, findExit, findSpec, writeLostExit } from './attempt-files.ts'
import { pythonFolder } from './python-program.ts'
import type { AttemptHooks } from './runners/runner.ts'
import { notebookRequirements } from './notebook-requirements.ts'
import { computeState } from './state.ts'
import type { Environment, ExitReport, LaunchSpec } from './types.ts'

/** Starts the attempt, or attaches to it when it was started before. Returns once it runs. */
export async function launch(ctx: Ctx, spec: LaunchSpec): Promise<void> {
  const folder = attemptFolder(ctx, spec.attemptId)
  checkSpec(spec)
  const environment = await environmentOf(ctx, spec)
  const state = computeState(ctx)
  void state.exits.expect(spec.attemptId)
  const outcome = await state.runner
    .start(
      {
        ...spec,
        environment: environment.hash,
        folder,
        cwd: spec.cwd ?? join(folder, 'work'),
        log: join(folder, 'log'),
        python: environment.python,
        env: taskEnvironment(spec, folder),
        principal: ctx.principal,
      },
      exitHooks(ctx, spec.attemptId),
    )
    .catch((error: unknown) => {
      state.exits.forget(spec.attemptId)
      throw error
    })
  const startedAt = 'startedAt' in outcome ? outcome.startedAt : ctx.now().getTime()
  state.journal.started({
    attemptId: spec.attemptId,
    environment: environment.hash,
    entry: spec.entry.kind,
    principal: ctx.principal,
    startedAt,
  })
  if (outcome.state === 'ended' || outcome.state === 'vanished') {
    await settle(ctx, spec.attemptId)
  }
}

/** The one that was asked for, or with what the notebook installs by `%pip` added to it. */
async function environmentOf(ctx: Ctx, spec: LaunchSpec): Promise<Environment> {
  const asked = await getEnvironment(ctx, spec.environment)
  if (spec.entry.kind !== 'notebook') return asked
  const more = await notebookRequirements(spec.entry.path)
  if (more.length === 0) return asked
  return ensureEnvironment(ctx, { requirements: [...asked.requirements, ...more] })
}

/**
 * Waits until every process of the attempt is gone and says how it ended, also when it was
 * started by an earlier server.
 */
export async function waitForExit(
  ctx: Ctx,
  attemptId: string,
  signal?: AbortSignal,
): Promise<ExitReport> {
  const { exits } = computeState(ctx)
  const waiting = exits.find(attemptId) ?? findAgain(ctx, attemptId)
  return signal ? untilAborted(Promise.resolve(waiting), signal) : waiting
}

/** Ends the attempt: SIGTERM to all of it now, SIGKILL to what is left after `graceMs`. */
export async function kill(
  ctx: Ctx,
  attemptId: string,
  options: { readonly graceMs: number },
): Promise<void> {
  const place = { attemptId, folder: attemptFolder(ctx, attemptId) }
  const { exits, runner } = computeState(ctx)
  if (!exits.find(attemptId) && !(await findExit(place.folder))) {
    await runner.attach(place, exitHooks(ctx, attemptId))
  }
  await runner.kill(place, options.graceMs)
}

/** An attempt that this process does not wait for: it has ended, or another server started it. */
async function findAgain(ctx: Ctx, attemptId: string): Promise<ExitReport> {
  const state = computeState(ctx)
  const folder = attemptFolder(ctx, attemptId)
  const spec = await findSpec(folder)
  if (!spec) throw computeErrors.COMPUTE_ATTEMPT_NOT_FOUND(attemptId)
  const waiting = state.exits.expect(attemptId)
  const ended = await findExit(folder)
  const outcome = ended
    ? ({ state: 'ended' } as const)
    : await state.runner.attach({ attemptId, folder }, exitHooks(ctx, attemptId))
  // The server that started it may have been killed before it could record that.
  state.journal.started({
    attemptId,
    environment: spec.environment,
    entry: spec.entry.kind,
    principal: spec.principal,
    startedAt: ended?.startedAt ?? ('startedAt' in outcome ? outcome.startedAt : 0),
  })
  if (outcome.state === 'started' || outcome.state === 'attached') return waiting
  return settle(ctx, attemptId)
}

/** Answers everyone who waits for an attempt that does not run. */
async function settle(ctx: Ctx, attemptId: string): Promise<ExitReport> {
  const folder = attemptFolder(ctx, attemptId)
  const nowMs = ctx.now().getTime()
  const report =
    (await findExit(folder)) ?? (await writeLostExit({ attemptId, folder, startedAt: 0 }, nowMs))
  exitHooks(ctx, attemptId).onExit(report)
  return report
}

function exitHooks(ctx: Ctx, attemptId: string): AttemptHooks {
  const state = computeState(ctx)
  return {
    onExit(report) {
      state.exits.resolve(attemptId, report)
      state.journal.ended(attemptId, report)
      const folder = attemptFolder(ctx, attemptId)
      if (report.reason === 'disk') {
        state.afterwards(clearWork(folder), 'what an attempt had written could not be removed')
      }
      state.afterwards(scrubLog(folder), 'a log could not be masked')
    },
  }
}

function checkSpec(spec: LaunchSpec): void {
  const { entry } = spec
  if (entry.kind === 'module') return
  const paths = entry.kind === 'notebook' ? [entry.path, entry.outputPath] : [entry.path]
  const relative = paths.find((path) => !isAbsolute(path))
  if (relative === undefined) return
  throw computeErrors.COMPUTE_ATTEMPT_INVALID(
    `The ${entry.kind} path '${relative}' is not absolute`,
  )
}

export function taskEnvironment(
  spec: Pick<LaunchSpec, 'attemptId' | 'env'>,
  folder: string,
): Record<string, string> {
  const given = spec.env['PYTHONPATH']
  return {
    MILLRACE_ATTEMPT_ID: spec.attemptId,
    ...spec.env,
    MILLRACE_SECRETS_FILE: join(folder, 'secrets.jsonl'),
    PYTHONPATH: given ? `${given}:${pythonFolder}` : pythonFolder,
  }
}

async function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted()
  const { promise, reject } = Promise.withResolvers<never>()
  const onAbort = () => reject(signal.reason as Error)
  signal.addEventListener('abort', onAbort, { once: true })
  try {
    return await Promise.race([work, promise])
  } finally {
    signal.removeEventListener('abort', onAbort)
  }
}
