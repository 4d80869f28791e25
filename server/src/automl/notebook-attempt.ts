/**
 * Runs one notebook of a search in the search's environment. The attempt is the truth: starting it
 * again attaches to it, so that a restarted server finds the outcome of what it had begun.
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { issueToken, revokeAttemptTokens } from '../auth/index.ts'
import { attemptFolder, launch, waitForExit, type ExitReport } from '../compute/index.ts'
import type { Ctx, Principal } from '../core/index.ts'
import { writeFile as writeWorkspaceFile } from '../workspace/index.ts'
import { notebookFolder, searchFolder } from './search-plan.ts'
import type { Search } from './types.ts'

export interface NotebookAttempt {
  readonly attemptId: string
  /** `trial-003-lightgbm`. */
  readonly fileName: string
  readonly content: string
  readonly environment: string
  /** The MLflow run that the notebook writes into, when it writes. */
  readonly runId: string | undefined
  readonly timeLimitMs: number | undefined
}

export interface NotebookOutcome {
  readonly exit: ExitReport
  /** What was executed, as far as it came; absent when it never began. */
  readonly executed: Buffer | undefined
}

const tokenTtlMs = 7 * 86_400_000
/** What its processes import before there is work, so that they begin at once. */
export const warmModule = 'millrace_worker.warm_automl'

/** The principal of a notebook: whoever asked for the search, through this attempt. */
export function attemptPrincipal(search: Search, attemptId: string): Principal {
  return { ...search.principal, attemptId }
}

export async function runNotebook(
  ctx: Ctx,
  { search, attempt }: { readonly search: Search; readonly attempt: NotebookAttempt },
  signal: AbortSignal,
): Promise<NotebookOutcome> {
  const { attemptId, environment, timeLimitMs } = attempt
  const folder = searchFolder(ctx, search.id)
  const path = join(folder, `${attempt.fileName}.ipynb`)
  const outputPath = join(attemptFolder(ctx, attemptId), 'executed.ipynb')
  await mkdir(folder, { recursive: true })
  await writeFile(path, attempt.content)
  const { token } = await issueToken(ctx, {
    principal: attemptPrincipal(search, attemptId),
    comment: `AutoML ${search.name} ${attempt.fileName}`,
    ttlMs: tokenTtlMs,
  })
  await launch(ctx, {
    attemptId,
    environment,
    entry: { kind: 'notebook', path, outputPath, parameters: {} },
    env: notebookEnvironment(ctx, token, attempt.runId),
    ...(timeLimitMs === undefined ? {} : { limits: { wallMs: timeLimitMs } }),
    preload: [warmModule],
    secrets: [token],
  })
  const exit = await waitForExit(ctx, attemptId, signal)
  await revokeAttemptTokens(ctx, [attemptId])
  return { exit, executed: await readFile(outputPath).catch(() => undefined) }
}

function notebookEnvironment(
  ctx: Ctx,
  token: string,
  runId: string | undefined,
): Record<string, string> {
  return {
    MLFLOW_TRACKING_URI: ctx.url,
    MLFLOW_TRACKING_TOKEN: token,
    MLFLOW_DISABLE_TELEMETRY: 'true',
    GIT_PYTHON_REFRESH: 'quiet',
    ...(runId === undefined ? {} : { MLFLOW_RUN_ID: runId }),
  }
}

/** Puts an executed notebook where people find it; answers its path. */
export async function publishNotebook(
  ctx: Ctx,
  search: Search,
  { fileName, executed }: { readonly fileName: string; readonly executed: Buffer },
): Promise<string> {
  const published = await writeWorkspaceFile(ctx, {
    path: `${notebookFolder(search)}/${fileName}.ipynb`,
    content: executed,
    overwrite: true,
    parents: true,
  })
  return published.path
}

/** Why the notebook did not come to its end; undefined when it did. */
export function failureOf({ exit }: NotebookOutcome): string | undefined {
  if (exit.error) return `${exit.error.type}: ${exit.error.message}`
  switch (exit.reason) {
    case 'memory':
      return 'It used more memory than it may'
    case 'disk':
      return 'It wrote more than the disk has room for'
    case 'cpu':
    case 'wall':
      return 'It took longer than it may'
    case 'lost':
      return 'Its process vanished; nobody knows how it ended'
    case 'killed':
      return 'It was ended from outside'
    case 'exited':
      return exit.exitCode === 0 ? undefined : `Its process ended with code ${exit.exitCode}`
  }
}
