import { Link, useNavigate } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import type { Column } from '../kit/columns.ts'
import { DataTable } from '../kit/data-table.tsx'
import { formatDuration } from '../kit/format.ts'
import { Status } from '../kit/status.tsx'
import { Elapsed, RelativeTime } from '../kit/time.tsx'
import { describeRunTrigger } from './describe-trigger.ts'
import { hasEnded, stateOf, type JobRun } from './wire.ts'

/** Since it left the queue. */
function took(run: JobRun): number | undefined {
  const { begin_time: begin, end_time: end } = run
  return begin === undefined || end === undefined || end === 0 ? undefined : end - begin
}

function Took({ run }: { readonly run: JobRun }): ReactNode {
  if (took(run) !== undefined) return formatDuration(took(run))
  return hasEnded(run.state) ? '–' : <Elapsed start={run.begin_time} />
}

const columns: readonly Column<JobRun>[] = [
  {
    id: 'run',
    header: 'Run',
    width: 150,
    value: (run) => run.run_id,
    cell: (run) => (
      <Link to="/jobs/runs/$runId" params={{ runId: String(run.run_id) }}>
        {run.run_id}
      </Link>
    ),
  },
  {
    id: 'status',
    header: 'Status',
    width: 180,
    value: (run) => stateOf(run.state),
    cell: (run) => <Status state={stateOf(run.state)} />,
  },
  {
    id: 'started',
    header: 'Started',
    width: 110,
    value: (run) => run.start_time,
    cell: (run) => <RelativeTime time={run.start_time} />,
  },
  {
    id: 'took',
    header: 'Took',
    width: 110,
    align: 'end',
    value: took,
    cell: (run) => <Took run={run} />,
  },
  {
    id: 'because',
    header: 'Because',
    width: 120,
    value: (run) => describeRunTrigger(run.trigger),
  },
  { id: 'message', header: 'Message', value: (run) => run.state?.state_message },
]

const jobColumn: Column<JobRun> = {
  id: 'job',
  header: 'Job',
  width: 220,
  value: (run) => run.run_name,
  cell: (run) =>
    run.job_id === undefined ? (
      run.run_name
    ) : (
      <Link to="/jobs/$jobId" params={{ jobId: String(run.job_id) }}>
        {run.run_name || `job ${run.job_id}`}
      </Link>
    ),
}

/** How it stands is what a phone shows beside the id. */
const withJob: readonly Column<JobRun>[] = [...columns.slice(0, 2), jobColumn, ...columns.slice(2)]

/** Job runs, newest first. */
export function JobRunTable({
  runs,
  showJob,
  fill = false,
  footer,
}: {
  readonly runs: readonly JobRun[]
  readonly showJob: boolean
  readonly fill?: boolean
  readonly footer?: ReactNode
}): ReactNode {
  const navigate = useNavigate()
  return (
    <DataTable
      label="Runs"
      fill={fill}
      footer={footer}
      rows={runs}
      columns={showJob ? withJob : columns}
      rowId={(run) => String(run.run_id)}
      onOpen={(run) =>
        void navigate({ to: '/jobs/runs/$runId', params: { runId: String(run.run_id) } })
      }
    />
  )
}
