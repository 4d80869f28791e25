import { AppError, type Ctx } from '../../core/index.ts'
import { commitStage, discardStage, runStatement, type RowSink } from '../../tables/index.ts'
import { readFile } from '../../workspace/index.ts'
import { failed, succeeded } from '../engine/ends.ts'
import { runPrincipal } from '../run-principal.ts'
import type { Attempt, Outcome, TaskOutput, TaskType } from './contract.ts'
import { splitStatements } from './sql-statements.ts'
import { writerOf } from './writer.ts'

type SqlOutput = NonNullable<TaskOutput['sql']>

/**
 * A .sql file of the workspace, statement by statement on the server's own SQL warehouse. What they
 * write is staged and becomes visible together, when the last one has succeeded.
 */
export const sqlTask: TaskType = {
  how: 'work',
  run: async (ctx, attempt, { committed, stop, detach }) => {
    await committed
    const { attemptId } = attempt
    const signal = AbortSignal.any([stop, detach])
    try {
      // What an earlier server had staged before it went is done again.
      if (attempt.resumed) await discardStage(ctx, { attemptId })
      const sql = await runFile(ctx, attempt, signal)
      await commitStage(ctx, { attemptId, writer: writerOf(attempt) })
      return { end: succeeded(), ...(sql ? { output: { sql } } : {}) }
    } catch (error) {
      if (detach.aborted) throw error
      await discardStage(ctx, { attemptId })
      return failedBy(error, stop)
    }
  },
}

function failedBy(error: unknown, stop: AbortSignal): Outcome {
  if (stop.aborted) return { end: failed('RUN_EXECUTION_ERROR', 'Stopped') }
  if (!(error instanceof AppError) || error.status >= 500) throw error
  return { end: failed('RUN_EXECUTION_ERROR', error.message), output: { error: error.message } }
}

/** Runs every statement; answers what the last one answered. */
async function runFile(
  ctx: Ctx,
  attempt: Attempt,
  signal: AbortSignal,
): Promise<SqlOutput | undefined> {
  const { file, parameters = {} } = attempt.task.sql_task ?? {}
  const acting = { ...ctx, principal: runPrincipal(attempt) }
  const text = (await readFile(ctx, file?.path ?? '')).toString('utf8')
  const values = Object.entries(parameters).map(([name, value]) => ({ name, value }))
  let last: SqlOutput | undefined
  for (const sql of splitStatements(text)) {
    signal.throwIfAborted()
    const { sink, answer } = collectRows()
    await runStatement(acting, { sql, sink }, { parameters: values, signal })
    last = answer()
  }
  return last
}

const mostRows = 1000

function collectRows(): { readonly sink: RowSink; readonly answer: () => SqlOutput } {
  let columns: SqlOutput['columns'] = []
  const rows: (readonly unknown[])[] = []
  let truncated = false
  const sink: RowSink = {
    start: (found) => {
      columns = found.map(({ name, type }) => ({
        name,
        type: typeof type === 'string' ? type : JSON.stringify(type),
      }))
    },
    push: (row) => {
      truncated = rows.length === mostRows
      if (!truncated) rows.push(row)
      return !truncated
    },
  }
  return { sink, answer: () => ({ columns, rows, truncated }) }
}
