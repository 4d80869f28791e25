import { getRouteApi, Link, useNavigate } from '@tanstack/react-router'
import { useMemo, type ReactNode } from 'react'
import { formatSort, parseSort, type Column, type SortKey } from '../kit/columns.ts'
import { DataTable } from '../kit/data-table.tsx'
import { FilterBar, FilterProblem } from '../kit/filter-bar.tsx'
import { formatDuration, pluralise } from '../kit/format.ts'
import { EmptyState, Loaded } from '../kit/states.tsx'
import { Status } from '../kit/status.tsx'
import { RelativeTime } from '../kit/time.tsx'
import { AssessmentValue } from './assessments.tsx'
import { traceGrammar } from './search-grammar.ts'
import {
  traceDuration,
  traceName,
  traceTime,
  useTraces,
  type TraceInfo,
  type TracePages,
} from './use-traces.ts'

const route = getRouteApi('/experiments/$experimentId')

function traceColumns(experimentId: string): Column<TraceInfo>[] {
  return [
    {
      id: 'name',
      header: 'Trace',
      sortable: false,
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
    {
      id: 'request',
      header: 'Request',
      width: 260,
      sortable: false,
      value: (trace) => trace.request_preview,
    },
    {
      id: 'response',
      header: 'Response',
      sortable: false,
      value: (trace) => trace.response_preview,
    },
  ]
}

const traceId = (trace: TraceInfo) => trace.trace_id

/** One column per name that the traces were judged under. */
function assessmentColumns(traces: readonly TraceInfo[]): Column<TraceInfo>[] {
  const names = new Set(
    traces.flatMap((trace) => (trace.assessments ?? []).map((one) => one.assessment_name ?? '')),
  )
  return [...names].filter(Boolean).map((name) => ({
    id: `assessments.${name}`,
    header: name,
    width: Math.min(180, Math.max(110, name.length * 8 + 40)),
    sortable: false,
    value: (trace) => textOf(valueOf(trace, name)),
    cell: (trace) => <AssessmentValue value={valueOf(trace, name)} />,
  }))
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' || value === undefined ? value : JSON.stringify(value)
}

function valueOf(trace: TraceInfo, name: string): unknown {
  const found = (trace.assessments ?? []).findLast(
    (one) => one.assessment_name === name && one.valid !== false,
  )
  return found?.feedback?.value ?? found?.expectation?.value
}

/** Column ids that the server can sort by, and what it calls them. */
const orderKeys: Readonly<Record<string, string>> = {
  state: 'status',
  time: 'timestamp_ms',
  took: 'execution_time_ms',
}

/** What an application did, call by call: the traces of an experiment. Filter and sort are in the URL. */
export function TraceTable({ experimentId }: { readonly experimentId: string }): ReactNode {
  const search = route.useSearch()
  const navigate = useNavigate({ from: '/experiments/$experimentId' })
  const filter = search.q ?? ''
  const sort = useMemo(() => parseSort(search.sort), [search.sort])
  const orderBy = sort.flatMap(({ id, descending }) => {
    const key = orderKeys[id]
    return key === undefined ? [] : [`${key} ${descending ? 'DESC' : 'ASC'}`]
  })
  const query = useTraces(experimentId, filter, orderBy)
  const set = (change: Partial<typeof search>) =>
    void navigate({ search: { ...search, ...change } })
  return (
    <>
      <FilterBar
        label="Filter traces"
        grammar={traceGrammar}
        value={filter}
        keys={tagKeys(query.data?.traces ?? [])}
        problem={query.isError}
        onApply={(q) => set({ q })}
      />
      {query.isError ? (
        <FilterProblem
          filter={filter}
          error={query.error}
          what="search the traces"
          onRetry={() => void query.refetch()}
        />
      ) : (
        <Loaded query={query} what="load the traces">
          {(pages) =>
            pages.traces.length === 0 ? (
              <NoTraces experimentId={experimentId} filtered={filter !== ''} />
            ) : (
              <TraceRows
                experimentId={experimentId}
                query={query}
                pages={pages}
                sort={sort}
                onSort={(next) => set({ sort: formatSort(next) ?? '' })}
              />
            )
          }
        </Loaded>
      )}
    </>
  )
}

function tagKeys(traces: readonly TraceInfo[]): string[] {
  const keys = new Set<string>()
  for (const trace of traces) {
    for (const key of Object.keys(trace.tags ?? {})) keys.add(`tags.${key}`)
    for (const key of Object.keys(trace.trace_metadata ?? {})) keys.add(`metadata.${key}`)
  }
  return [...keys].sort()
}

function TraceRows({
  experimentId,
  query,
  pages: { traces, more },
  sort,
  onSort,
}: {
  readonly experimentId: string
  readonly query: ReturnType<typeof useTraces>
  readonly pages: TracePages
  readonly sort: readonly SortKey[]
  readonly onSort: (sort: readonly SortKey[]) => void
}): ReactNode {
  const navigate = useNavigate()
  const columns = useMemo(() => {
    const [name, state, time, took, ...texts] = traceColumns(experimentId)
    const fixed = [name, state, time, took].filter((column) => column !== undefined)
    return [...fixed, ...assessmentColumns(traces), ...texts]
  }, [experimentId, traces])
  const { hasNextPage, isFetching, fetchNextPage } = query
  return (
    <DataTable
      label="Traces"
      fill
      rows={traces}
      columns={columns}
      rowId={traceId}
      sort={sort}
      serverSorted
      onSort={onSort}
      onOpen={(trace) =>
        void navigate({
          to: '/experiments/$experimentId/traces/$traceId',
          params: { experimentId, traceId: trace.trace_id },
        })
      }
      onEnd={() => {
        if (hasNextPage && !isFetching) void fetchNextPage()
      }}
      footer={`${pluralise(traces.length, 'trace')} loaded${more ? '; more come as you scroll' : ', that is all'}`}
    />
  )
}

function NoTraces({
  experimentId,
  filtered,
}: {
  readonly experimentId: string
  readonly filtered: boolean
}): ReactNode {
  if (filtered) {
    return (
      <EmptyState icon="filter" title="No trace matches">
        Times are milliseconds; a status is &apos;OK&apos;, &apos;ERROR&apos; or
        &apos;IN_PROGRESS&apos;.
      </EmptyState>
    )
  }
  return (
    <EmptyState
      icon="chart"
      title="No traces yet"
      command={`MLFLOW_TRACKING_URI=${location.origin} MLFLOW_EXPERIMENT_ID=${experimentId} python app.py`}
    >
      A function under <code>@mlflow.trace</code>, or any OpenTelemetry exporter, sends them:
    </EmptyState>
  )
}
