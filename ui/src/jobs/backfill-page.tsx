import { getRouteApi, Link, useNavigate } from '@tanstack/react-router'
import { useState, type ReactNode } from 'react'
import { Breadcrumbs } from '../kit/breadcrumbs.tsx'
import { Button } from '../kit/button.tsx'
import { CopyId } from '../kit/code.tsx'
import type { Column } from '../kit/columns.ts'
import { DataTable } from '../kit/data-table.tsx'
import { ConfirmDialog } from '../kit/dialog.tsx'
import { Segments } from '../kit/field.tsx'
import { formatCount } from '../kit/format.ts'
import { Page, PageHeader, Panel } from '../kit/page.tsx'
import { EmptyState, Loaded } from '../kit/states.tsx'
import { Badge, Status, statusLook } from '../kit/status.tsx'
import { Elapsed, RelativeTime } from '../kit/time.tsx'
import { Toolbar } from '../kit/toolbar.tsx'
import { actionLooks } from './backfill-preview.tsx'
import { BackfillProgress } from './backfill-progress.tsx'
import { intervalStates, type Backfill, type BackfillInterval } from './backfill-wire.ts'
import { timeIn } from './time-in.ts'
import { useBackfill, useCancelBackfill } from './use-backfills.ts'
import { useJob } from './use-jobs.ts'

const route = getRouteApi('/jobs/backfills/$backfillId')

/** One backfill: how far it is, and the run of each of its times. */
export function BackfillPage(): ReactNode {
  const { backfillId } = route.useParams()
  const search = route.useSearch()
  const state = intervalStates.find((one) => one === search.state)
  const query = useBackfill(backfillId, state)
  const first = query.data?.pages[0]
  const name = first?.job_name ?? ''
  return (
    <Page title={`Backfill ${backfillId}`} fill>
      <Breadcrumbs
        crumbs={[
          { label: 'Jobs', to: '/jobs' },
          ...(first === undefined ? [] : [{ label: name, to: `/jobs/${first.job_id}` }]),
          { label: `Backfill ${backfillId}` },
        ]}
      />
      <Loaded query={{ ...query, data: first }} what="load the backfill">
        {(backfill) => (
          <>
            <Head backfill={backfill} />
            <Panel>
              <BackfillProgress backfill={backfill} />
            </Panel>
            <Intervals backfill={backfill} query={query} state={state ?? ''} />
          </>
        )}
      </Loaded>
    </Page>
  )
}

function Head({ backfill }: { readonly backfill: Backfill }): ReactNode {
  return (
    <PageHeader
      title={`Backfill of ${backfill.job_name}`}
      badges={<Status state={backfill.state} />}
      facts={[
        { name: 'Started', value: <RelativeTime time={backfill.created_time} /> },
        {
          name: 'Took',
          value: <Elapsed start={backfill.created_time} end={backfill.end_time} />,
        },
        ...rateOf(backfill),
        { name: 'At a time', value: formatCount(backfill.max_parallel) },
        { name: 'By', value: backfill.creator_user_name },
        { name: 'Id', value: <CopyId id={String(backfill.backfill_id)} /> },
      ]}
      actions={<Cancel backfill={backfill} />}
    />
  )
}

/** Runs a minute, once there are some to count. */
function rateOf(backfill: Backfill): readonly { readonly name: string; readonly value: string }[] {
  const done = (backfill.counts.SUCCEEDED ?? 0) + (backfill.counts.FAILED ?? 0)
  const minutes = ((backfill.end_time ?? Date.now()) - backfill.created_time) / 60_000
  if (done < 2 || minutes <= 0) return []
  const rate = done / minutes
  return [
    { name: 'Rate', value: `${rate < 10 ? rate.toFixed(1) : formatCount(rate)} runs a minute` },
  ]
}

function Cancel({ backfill }: { readonly backfill: Backfill }): ReactNode {
  const [open, setOpen] = useState(false)
  const cancel = useCancelBackfill()
  const close = () => setOpen(false)
  if (backfill.state !== 'RUNNING') return null
  const { RUNNING: running, WAITING: waiting } = backfill.counts
  return (
    <>
      <Button
        kind="danger"
        icon="stop"
        refusal={backfill.cancel_requested_time === undefined ? undefined : 'It is stopping'}
        onClick={() => setOpen(true)}
      >
        Cancel backfill
      </Button>
      <ConfirmDialog
        open={open}
        onClose={close}
        title="Cancel the backfill?"
        confirm="Cancel backfill"
        danger
        busy={cancel.isPending}
        onConfirm={() => cancel.mutate(backfill.backfill_id, { onSettled: close })}
      >
        <p>
          {formatCount(running)} active runs are cancelled, and {formatCount(waiting)} do not begin.
          What is done stays. A new backfill of the same days goes on from here.
        </p>
      </ConfirmDialog>
    </>
  )
}

function columnsIn(timeZone: string): readonly Column<BackfillInterval>[] {
  return [
    {
      id: 'time',
      header: 'Logical time',
      width: 190,
      value: (one) => one.logical_time,
      cell: (one) => timeIn(one.logical_time, timeZone),
    },
    {
      id: 'state',
      header: 'Status',
      width: 140,
      value: (one) => one.state,
      cell: (one) => <Status state={one.state} />,
    },
    {
      id: 'action',
      header: 'The run',
      width: 130,
      value: (one) => one.action,
      cell: (one) => (
        <Badge tone={actionLooks[one.action].tone} icon={actionLooks[one.action].icon}>
          {actionLooks[one.action].word}
        </Badge>
      ),
    },
    {
      id: 'run',
      header: 'Run',
      width: 160,
      value: (one) => one.run_id,
      cell: (one) =>
        one.run_id !== undefined && (
          <Link to="/jobs/runs/$runId" params={{ runId: String(one.run_id) }}>
            {one.run_id}
          </Link>
        ),
    },
    {
      id: 'took',
      header: 'Took',
      width: 110,
      align: 'end',
      value: (one) => (one.end_time ?? 0) - (one.start_time ?? 0),
      cell: (one) => <Elapsed start={one.start_time} end={one.end_time} />,
    },
    { id: 'why', header: 'Why', value: (one) => one.reason },
  ]
}

function Intervals({
  backfill,
  query,
  state,
}: {
  readonly backfill: Backfill
  readonly query: ReturnType<typeof useBackfill>
  readonly state: string
}): ReactNode {
  const navigate = useNavigate({ from: '/jobs/backfills/$backfillId' })
  const job = useJob(String(backfill.job_id))
  const timeZone = job.data?.settings?.schedule?.timezone_id ?? 'UTC'
  const rows = query.data?.pages.flatMap((page) => page.intervals) ?? []
  const present = intervalStates.filter((one) => (backfill.counts[one] ?? 0) > 0)
  return (
    <>
      <Toolbar>
        <Segments
          label="Which times"
          value={state}
          options={[
            { value: '', label: `All ${formatCount(backfill.total)}` },
            ...present.map((one) => ({
              value: one,
              label: `${statusLook(one).word} ${formatCount(backfill.counts[one])}`,
            })),
          ]}
          onChange={(next) => void navigate({ search: { state: next } })}
        />
      </Toolbar>
      {rows.length === 0 ? (
        <EmptyState icon="search" title="No time is like this" />
      ) : (
        <DataTable
          label="Times of the backfill"
          fill
          rows={rows}
          columns={columnsIn(timeZone)}
          rowId={(one) => String(one.position)}
          onOpen={(one) => {
            if (one.run_id === undefined) return
            void navigate({ to: '/jobs/runs/$runId', params: { runId: String(one.run_id) } })
          }}
          onEnd={() => {
            if (query.hasNextPage && !query.isFetchingNextPage) void query.fetchNextPage()
          }}
          footer={`Times of ${timeZone}`}
        />
      )}
    </>
  )
}
