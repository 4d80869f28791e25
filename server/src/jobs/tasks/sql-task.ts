import { AppError } from '../../core/index.ts'
import { queryRows } from '../../tables/index.ts'
import { readFile } from '../../workspace/index.ts'
import { runPrincipal } from '../run-principal.ts'
import { failed, succeeded } from '../engine/ends.ts'
import type { TaskType } from './contract.ts'

const mostRows = 1000

/** A .sql file of the workspace, run on the server's own SQL warehouse. */
export const sqlTask: TaskType = {
  how: 'work',
  run: async (ctx, attempt, signals) => {
    const sql = attempt.task.sql_task
    const acting = { ...ctx, principal: runPrincipal(attempt) }
    try {
      const text = (await readFile(ctx, sql?.file?.path ?? '')).toString('utf8')
      signals.stop.throwIfAborted()
      const parameters = Object.entries(sql?.parameters ?? {}).map(([name, value]) => ({
        name,
        value,
      }))
      const answer = await queryRows(acting, { sql: text, parameters, limit: mostRows + 1 })
      return {
        end: succeeded(),
        output: {
          sql: {
            columns: answer.columns,
            rows: answer.rows.slice(0, mostRows),
            truncated: answer.rows.length > mostRows,
          },
        },
      }
    } catch (error) {
      if (error instanceof AppError && error.status < 500) {
        return { end: failed('RUN_EXECUTION_ERROR', error.message) }
      }
      if (signals.stop.aborted) return { end: failed('RUN_EXECUTION_ERROR', 'Stopped') }
      throw error
    }
  },
}
