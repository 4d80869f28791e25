import type { ReactNode } from 'react'
import type { Column } from '../kit/columns.ts'
import { DataTable } from '../kit/data-table.tsx'
import { formatDuration } from '../kit/format.ts'
import { EmptyState, Loaded } from '../kit/states.tsx'
import { Status } from '../kit/status.tsx'
import { Elapsed } from '../kit/time.tsx'
import { forEachInputs } from './for-each-inputs.ts'
import { LogView } from './log-view.tsx'
import type { useTaskRun } from './use-task-run.ts'
import { hasEnded, stateOf, type RunTask } from './wire.ts'
import styles from './job-run-page.module.css'

interface Iteration extends RunTask {
  readonly iteration: number
  readonly input: string | undefined
}

function took(task: RunTask): number | undefined {
  const { start_time: start, end_time: end } = task
  return start === undefined || !end ? undefined : end - start
}

const columns: readonly Column<Iteration>[] = [
  { id: 'number', header: 'No.', width: 72, align: 'end', value: (one) => one.iteration },
  {
    id: 'input',
    header: 'Input',
    width: 220,
    value: (one) => one.input,
    cell: (one) => <code>{one.input ?? '–'}</code>,
  },
  {
    id: 'status',
    header: 'Status',
    width: 170,
    value: (one) => stateOf(one.state),
    cell: (one) => <Status state={stateOf(one.state)} />,
  },
  {
    id: 'tries',
    header: 'Try',
    width: 64,
    align: 'end',
    value: (one) => (one.attempt_number ?? 0) + 1,
  },
  {
    id: 'took',
    header: 'Took',
    width: 100,
    align: 'end',
    value: took,
    cell: (one) =>
      took(one) === undefined ? <Elapsed start={one.start_time} /> : formatDuration(took(one)),
  },
  { id: 'message', header: 'Message', value: (one) => one.state?.state_message },
]

/** What a for-each ran, one line each; the chosen one shows its log. */
export function TaskIterations({
  query,
  chosen,
  onChoose,
}: {
  readonly query: ReturnType<typeof useTaskRun>
  readonly chosen: string | undefined
  readonly onChoose: (taskRunId: string) => void
}): ReactNode {
  return (
    <Loaded query={query} what="load the iterations">
      {(found) => {
        const inputs = forEachInputs(found)
        const rows = (found.iterations ?? []).map((one) => ({
          ...one,
          input: inputs[one.iteration],
        }))
        if (rows.length === 0) return <EmptyState icon="clock" title="No iteration has started" />
        const shown = rows.find((one) => String(one.run_id) === chosen)
        return (
          <div className={styles['body']}>
            <DataTable
              label="Iterations"
              rows={rows}
              columns={columns}
              rowId={(one) => String(one.run_id)}
              maxHeight={320}
              onOpen={(one) => onChoose(String(one.run_id))}
            />
            {shown === undefined ? (
              <p className="muted">Choose a line to read its log.</p>
            ) : (
              <div>
                <h3>
                  Log of number {shown.iteration}
                  {shown.input === undefined ? '' : ` (${shown.input})`}
                </h3>
                <LogView
                  key={shown.run_id}
                  taskRunId={shown.run_id}
                  running={!hasEnded(shown.state)}
                  name={`${shown.task_key}-${shown.iteration}`}
                />
              </div>
            )}
          </div>
        )
      }}
    </Loaded>
  )
}
