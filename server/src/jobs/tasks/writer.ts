import type { Attempt } from './contract.ts'

/**
 * Who the rows of a task are from, for the tables' logs. It is the same for every try of the task, so
 * that its rows are there once; a repair is asked for by a person and writes again.
 */
export function writerOf({ run, taskKey, iteration }: Attempt): string {
  const each = iteration === undefined ? '' : `/${iteration}`
  const repair = run.repairCount === 0 ? '' : `/repair-${run.repairCount}`
  return `job-run/${run.runId}/${taskKey}${each}${repair}`
}
