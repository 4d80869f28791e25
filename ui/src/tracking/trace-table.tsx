import { Link, useNavigate } from '@tanstack/react-router'
import { useMemo, type ReactNode } from 'react'
import type { Column } from '../kit/columns.ts'
import { DataTable } from '../kit/data-table.tsx'
import { formatDuration, pluralise } from '../kit/format.ts'
import { EmptyState, Loaded } from '../kit/states.tsx'
import { Status } from '../kit/status.tsx'
import { RelativeTime } from '../kit/time.tsx'
import { traceDuration, traceName, traceTime, useTraces, type TraceInfo } from './use-traces.ts'

function traceColumns(experimentId: string): Column<TraceInfo>[] {
  return [
    {
      id: 'name',
      header: 'Trace',
      width: 200,
      value: traceName,
      cell: (trace) => (
        <Link
          to="/experiments/$experimentId/traces/$traceId"
          params={{ experimentId, traceId: trace.trace_id }}
          title={trace.trace_id}
        >
          {traceName(trace)}
        </Link>
      ),
    },
    {
      id: 'state',
      header: 'Status',
      width: 120,
      value: (trace) => trace.state,
      cell: (trace) => <Status state={trace.state} />,
    },
    {
      id: 'time',
      header: 'Started',
      width: 120,
      value: traceTime,
      cell: (trace) => <RelativeTime time={traceTime(trace)} />,
    },
    {
      id: 'took',
      header: 'Took',
      width: 100,
      align: 'end',
      value: traceDuration,
      cell: (trace) => formatDuration(traceDuration(trace)),
    },
    { id: 'request', header: 'Request', width: 260, value: (trace) => trace.request_preview },
    { id: 'response', header: 'Response', value: (trace) => trace.response_preview },
  ]
}

const traceId = (trace: TraceInfo) => trace.trace_id

/** What an application did, call by call: the traces of an experiment. */
export function TraceTable({ experimentId }: { readonly experimentId: string }): ReactNode {
  const query = useTraces(experimentId)
  const navigate = useNavigate()
  const columns = useMemo(() => traceColumns(experimentId), [experimentId])
  const { hasNextPage, isFetching, fetchNextPage } = query
  const mayLoadMore = hasNextPage && !isFetching && !query.isError
  return (
    <Loaded query={query} what="load the traces">
      {({ traces, more }) =>
        traces.length === 0 ? (
          <EmptyState
            icon="chart"
            title="No traces yet"
            command={`MLFLOW_TRACKING_URI=${location.origin} MLFLOW_EXPERIMENT_ID=${experimentId} python app.py`}
          >
            A function under <code>@mlflow.trace</code>, or any OpenTelemetry exporter, sends them:
          </EmptyState>
        ) : (
          <DataTable
            label="Traces"
            fill
            rows={traces}
            columns={columns}
            rowId={traceId}
            onOpen={(trace) =>
              void navigate({
                to: '/experiments/$experimentId/traces/$traceId',
                params: { experimentId, traceId: trace.trace_id },
              })
            }
            onEnd={() => {
              if (mayLoadMore) void fetchNextPage()
            }}
            footer={`${pluralise(traces.length, 'trace')} loaded${more ? '; more come as you scroll' : ', that is all'}`}
          />
        )
      }
    </Loaded>
  )
}
