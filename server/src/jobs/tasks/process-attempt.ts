/**
 * Attempts that run as a process of their own.
 *
 *   (new) environment → code copied → launched ─┐
 *   (resumed, was launched) ────────────────────┴▶ waited for → stage committed → SUCCESS
 *                                                       └─(failed)→ stage discarded → FAILED
 *
 * The code is copied while the database still syncs that the attempt starts; the launch waits for it.
 * Every step may be done again after a crash: compute attaches to an attempt that it knows, and the
 * commit of its staged tables is known to their logs. Only then is the result written.
 */
import { once } from 'node:events'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import {
  attemptFolder,
  kill,
  launch,
  waitForExit,
  type Entry,
  type Environment,
  type ExitReport,
  type Limits,
} from '../../compute/index.ts'
import { AppError, type Ctx, type NewEdge } from '../../core/index.ts'
import { commitStage, discardStage } from '../../tables/index.ts'
import { failed, lost, succeeded } from '../engine/ends.ts'
import type { End } from '../engine/run-state.ts'
import { parseMemory } from '../settings-check.ts'
import type { Attempt, Outcome, WorkSignals, TaskOutput } from './contract.ts'
import { copyCode } from './task-code.ts'
import { preloadOf, taskEnvironment } from './task-environment.ts'
import { taskVariables } from './task-variables.ts'
import { writerOf } from './writer.ts'

/** What a task type says about its process. */
export interface ProcessPlan {
  /** Workspace path of the file that it runs; absent when its code is installed. */
  readonly file?: string
  /** `path` is where the file is on disk. */
  readonly entry: (place: { readonly path: string; readonly folder: string }) => Entry
}

const graceMs = 10_000

export async function runProcess(
  ctx: Ctx,
  attempt: Attempt,
  task: { readonly plan: ProcessPlan; readonly signals: WorkSignals },
): Promise<Outcome> {
  const begun = ctx.now().getTime()
  const folder = attemptFolder(ctx, attempt.attemptId)
  const prepared = existsSync(join(folder, 'spec.json'))
    ? readPrepared(folder)
    : await prepare(ctx, attempt, { ...task, folder })
  if ('end' in prepared) return prepared
  const report = await waitOrKill(ctx, attempt, task.signals)
  const end = await settle(ctx, attempt, report)
  const output = outputOf(report, end)
  return {
    end,
    ...(output ? { output } : {}),
    setupMs: Math.max(0, report.startedAt - begun),
    executionMs: Math.max(0, report.endedAt - report.startedAt),
    environment: prepared.environment,
    edges: prepared.edges,
  }
}

interface Prepared {
  readonly environment: string
  readonly edges: readonly NewEdge[]
}

// Kept beside the attempt until its end is recorded, for a server that takes over in between.
const preparedFile = 'prepared.json'

function readPrepared(folder: string): Prepared {
  return JSON.parse(readFileSync(join(folder, preparedFile), 'utf8')) as Prepared
}

async function prepare(
  ctx: Ctx,
  attempt: Attempt,
  task: { readonly plan: ProcessPlan; readonly folder: string; readonly signals: WorkSignals },
): Promise<Prepared | Outcome> {
  const { plan, folder } = task
  const { stop } = task.signals
  // A build goes on for whoever asks next; who was told to stop does not wait for it.
  const environment = await attemptTo('LIBRARY_INSTALLATION_ERROR', () =>
    Promise.race([taskEnvironment(ctx, attempt), stopped(stop)]),
  )
  if ('end' in environment) return environment
  const { file } = plan
  const code =
    file === undefined
      ? { path: '', edges: [] }
      : await attemptTo('RESOURCE_NOT_FOUND', () =>
          copyCode(ctx, attempt, { path: file, into: join(folder, 'code') }),
        )
  if ('end' in code) return code
  if (stop.aborted) return stoppedOutcome
  const cwd = code.path === '' ? join(folder, 'work') : dirname(code.path)
  const variables = await attemptTo('INVALID_RUN_CONFIGURATION', () => taskVariables(ctx, attempt))
  if ('end' in variables) return variables
  const prepared: Prepared = {
    environment: environment.hash,
    edges: [environmentEdge(attempt, environment), ...code.edges],
  }
  // Copying the code has made it.
  if (code.path === '') mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, preparedFile), JSON.stringify(prepared))
  await task.signals.committed
  await launch(ctx, {
    attemptId: attempt.attemptId,
    environment: environment.hash,
    cwd,
    entry: plan.entry({ path: code.path, folder }),
    env: variables.env,
    secrets: variables.secrets,
    preload: preloadOf(environment),
    limits: limitsOf(attempt),
  })
  return prepared
}

function environmentEdge({ attemptId }: Attempt, { hash }: Environment): NewEdge {
  return { kind: 'USED_ENVIRONMENT', from: `attempt:${attemptId}`, to: `env:${hash}` }
}

const stoppedOutcome: Outcome = { end: failed('RUN_EXECUTION_ERROR', 'Stopped before it started') }

async function stopped(stop: AbortSignal): Promise<Outcome> {
  if (!stop.aborted) await once(stop, 'abort')
  return stoppedOutcome
}

/** What the user can mend becomes the attempt's end; what they cannot stays an error. */
async function attemptTo<T>(
  code: 'LIBRARY_INSTALLATION_ERROR' | 'RESOURCE_NOT_FOUND' | 'INVALID_RUN_CONFIGURATION',
  work: () => Promise<T>,
): Promise<T | Outcome> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof AppError && error.status < 500) return { end: failed(code, error.message) }
    throw error
  }
}

async function waitOrKill(ctx: Ctx, attempt: Attempt, signals: WorkSignals): Promise<ExitReport> {
  const stop = () => {
    kill(ctx, attempt.attemptId, { graceMs }).catch((error: unknown) => {
      ctx.log.error({ err: error, attempt: attempt.attemptId }, 'a task could not be stopped')
    })
  }
  if (signals.stop.aborted) stop()
  signals.stop.addEventListener('abort', stop, { once: true })
  try {
    return await waitForExit(ctx, attempt.attemptId, signals.detach)
  } finally {
    signals.stop.removeEventListener('abort', stop)
  }
}

/** Makes what a successful attempt wrote visible; drops what another one wrote. */
async function settle(ctx: Ctx, attempt: Attempt, report: ExitReport): Promise<End> {
  const end = endOf(report)
  const { attemptId } = attempt
  if (end.result !== 'SUCCESS') {
    await discardStage(ctx, { attemptId })
    return end
  }
  try {
    await commitStage(ctx, { attemptId, writer: writerOf(attempt) })
    return end
  } catch (error) {
    if (!(error instanceof AppError) || error.status >= 500) throw error
    await discardStage(ctx, { attemptId })
    return failed('RUN_EXECUTION_ERROR', `Its tables could not be written: ${error.message}`)
  }
}

function endOf(report: ExitReport): End {
  const failure = failed('RUN_EXECUTION_ERROR', describeFailure(report))
  switch (report.reason) {
    case 'lost':
      return lost('Its process vanished with the machine or was removed from outside')
    case 'memory':
      return failed('RUN_EXECUTION_ERROR', `${failure.message} (spark.driver.memory)`)
    case 'disk':
    case 'cpu':
    case 'wall':
      return failure
    case 'killed':
    case 'exited':
      return report.exitCode === 0 ? succeeded() : failure
  }
}

function describeFailure({ error, signal, exitCode }: ExitReport): string {
  if (error) return `${error.type}: ${error.message}`
  if (signal) return `The process was ended by ${signal}`
  return `The process ended with exit code ${exitCode}`
}

const mostResult = 5 * 1024 * 1024

function outputOf(report: ExitReport, end: End): TaskOutput | undefined {
  const { error, result } = report
  if (error) return { error: `${error.type}: ${error.message}`, errorTrace: error.traceback }
  if (end.result !== 'SUCCESS') return { error: end.message }
  if (result === undefined || result === null) return undefined
  const text = typeof result === 'string' ? result : JSON.stringify(result)
  return { notebookResult: text.slice(0, mostResult) }
}

function limitsOf({ task, settings }: Attempt): Limits {
  const shared = (settings.job_clusters ?? []).find(
    (cluster) => cluster.job_cluster_key === task.job_cluster_key,
  )
  const conf = (task.new_cluster ?? shared?.new_cluster)?.spark_conf
  const memoryBytes = parseMemory(conf?.['spark.driver.memory'] ?? '')
  const cpuCount = Number(conf?.['spark.driver.cores'] ?? 0)
  return {
    ...(memoryBytes === undefined ? {} : { memoryBytes }),
    ...(cpuCount > 0 ? { cpuCount } : {}),
  }
}
