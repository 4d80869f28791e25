import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { CodeBlock } from '../kit/code.tsx'
import type { Column } from '../kit/columns.ts'
import { DataTable } from '../kit/data-table.tsx'
import { KeyValues, Panel } from '../kit/page.tsx'
import { EmptyState, Loaded, SkeletonBlock } from '../kit/states.tsx'
import { useTaskOutput, type SqlRows, type TaskOutput } from './use-task-output.ts'
import { hasEnded, type RunTask, type TaskRunDetails } from './wire.ts'

/** What an attempt returned, or why it failed. */
export function TaskResult({
  task,
  details,
}: {
  readonly task: RunTask
  readonly details: TaskRunDetails | undefined
}): ReactNode {
  const ended = task.run_id !== 0 && hasEnded(task.state)
  const query = useTaskOutput(task.run_id, ended)
  if (task.run_id === 0) return <EmptyState icon="info" title="It never began" />
  if (details?.condition_task !== undefined) return <Condition task={details} />
  if (!ended && task.task_type !== 'run_job_task') {
    return <EmptyState icon="clock" title="It has not ended yet" />
  }
  return (
    <Loaded query={query} what="load the output" skeleton={<SkeletonBlock />}>
      {(output) => <Output output={output} />}
    </Loaded>
  )
}

const signs: Readonly<Record<string, string>> = {
  EQUAL_TO: '=',
  NOT_EQUAL: '≠',
  GREATER_THAN: '>',
  GREATER_THAN_OR_EQUAL: '≥',
  LESS_THAN: '<',
  LESS_THAN_OR_EQUAL: '≤',
}

function Condition({ task }: { readonly task: TaskRunDetails }): ReactNode {
  const { condition_task: asked, resolved_values: resolved } = task
  if (asked === undefined) return null
  const ran = resolved?.['condition_task'] as Partial<typeof asked> | undefined
  const sign = signs[asked.op] ?? asked.op
  return (
    <Panel>
      <KeyValues
        facts={[
          {
            name: 'Asked',
            value: (
              <code>
                {asked.left} {sign} {asked.right}
              </code>
            ),
          },
          ...(ran === undefined
            ? []
            : [
                {
                  name: 'With values',
                  value: (
                    <code>
                      {ran.left} {sign} {ran.right}
                    </code>
                  ),
                },
              ]),
          { name: 'Answer', value: <strong>{asked.outcome ?? 'not decided'}</strong> },
        ]}
      />
    </Panel>
  )
}

function Output({ output }: { readonly output: TaskOutput }): ReactNode {
  const trace = output.error_trace ?? output.error
  const result = output.notebook_output?.result
  const rows = output.sql_output?.file_output?.query_result
  const child = output.run_job_output?.run_id
  if (trace !== undefined && trace !== '') return <CodeBlock text={trace} maxHeight={420} />
  if (rows !== undefined) return <Rows rows={rows} />
  if (child !== undefined) {
    return (
      <p>
        It ran{' '}
        <Link to="/jobs/runs/$runId" params={{ runId: String(child) }}>
          run {child}
        </Link>
        .
      </p>
    )
  }
  if (result !== undefined && result !== '') return <CodeBlock text={result} maxHeight={420} />
  return (
    <EmptyState icon="info" title="It returned nothing">
      A notebook returns a value with dbutils.notebook.exit.
    </EmptyState>
  )
}

type Row = readonly string[]

function Rows({ rows: result }: { readonly rows: SqlRows }): ReactNode {
  const columns = result.columns.map(({ name }, index): Column<Row> => ({
    id: String(index),
    header: name,
    value: (row) => row[index],
  }))
  const rows = result.rows.map(({ values }) => values.map((value) => value.string_value))
  if (columns.length === 0) return <EmptyState icon="sql" title="Its statements returned no rows" />
  return (
    <DataTable
      label="Rows"
      rows={rows}
      columns={columns}
      rowId={(row) => String(rows.indexOf(row))}
      footer={result.truncated ? 'There are more; these were kept.' : undefined}
    />
  )
}
