import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { attemptFolder } from '../compute/index.ts'
import type { Ctx } from '../core/index.ts'
import { listDecisions } from './cache/cache-reads.ts'
import { jobsErrors } from './errors.ts'
import { notebookToHtml } from './notebook-html.ts'
import { findOutput } from './run-reads.ts'
import { attemptOf } from './run-views.ts'
import { executedNotebook } from './tasks/notebook-task.ts'
import { attemptIdOf } from './types.ts'

export interface ExportedView {
  readonly name: string
  readonly type: 'NOTEBOOK'
  /** HTML. */
  readonly content: string
}

/** The executed notebook of a notebook task. */
export async function exportRun(ctx: Ctx, runId: number): Promise<readonly ExportedView[]> {
  const attempt = await attemptOf(ctx, runId)
  const { resolved } = await findOutput(ctx.db, attempt.taskRunId)
  const task = resolved?.['notebook_task'] as { readonly notebook_path: string } | undefined
  if (!task) throw jobsErrors.JOBS_NOTHING_TO_EXPORT(runId)
  // What stood for a cached attempt was executed there.
  const decision = (await listDecisions(ctx.db, [attempt.taskRunId])).get(attempt.taskRunId)
  const executed = decision?.hit ? (decision.taskRunId ?? attempt.taskRunId) : attempt.taskRunId
  const path = join(attemptFolder(ctx, attemptIdOf(executed)), executedNotebook)
  const ipynb = await readFile(path, 'utf8').catch(() => undefined)
  if (ipynb === undefined) throw jobsErrors.JOBS_NOTHING_TO_EXPORT(runId)
  const name = task.notebook_path.split('/').at(-1) ?? ''
  return [{ name, type: 'NOTEBOOK', content: notebookToHtml(name, ipynb) }]
}
