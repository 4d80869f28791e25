import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import type { Column } from '../kit/columns.ts'
import { DataTable } from '../kit/data-table.tsx'
import { EmptyState, Loaded } from '../kit/states.tsx'
import { Badge } from '../kit/status.tsx'
import { RelativeTime } from '../kit/time.tsx'
import { describeTrigger } from './describe-trigger.ts'
import { useTriggerHistory, type TriggerEntry } from './use-trigger-history.ts'
import type { Job } from './wire.ts'

const outcomes = {
  fired: { tone: 'ok', icon: 'check', word: 'started' },
  not_fired: { tone: 'idle', icon: 'skip', word: 'not started' },
  failed: { tone: 'bad', icon: 'cross', word: 'failed to start' },
} as const

export function TriggerOutcome({ entry }: { readonly entry: TriggerEntry }): ReactNode {
  const look = outcomes[entry.outcome]
  return (
    <Badge tone={look.tone} icon={look.icon}>
      {look.word}
    </Badge>
  )
}

const columns: readonly Column<TriggerEntry>[] = [
  {
    id: 'at',
    header: 'When',
    width: 120,
    value: (entry) => entry.at,
    cell: (entry) => <RelativeTime time={entry.at} />,
  },
  {
    id: 'outcome',
    header: 'The job',
    width: 150,
    value: (entry) => entry.outcome,
    cell: (entry) => <TriggerOutcome entry={entry} />,
  },
  { id: 'why', header: 'Why', value: (entry) => entry.description },
  {
    id: 'trigger',
    header: 'Trigger',
    width: 130,
    value: (entry) => entry.kind.replaceAll('_', ' '),
  },
  {
    id: 'run',
    header: 'Run',
    width: 150,
    value: (entry) => entry.run_id,
    cell: (entry) =>
      entry.run_id !== undefined && (
        <Link to="/jobs/runs/$runId" params={{ runId: String(entry.run_id) }}>
          {entry.run_id}
        </Link>
      ),
  },
]

const most = 1000

/** Every time that something could have started the job: whether it did, and why not. */
export function TriggerHistory({ job }: { readonly job: Job }): ReactNode {
  const query = useTriggerHistory(job.job_id, most)
  return (
    <Loaded query={query} what="load why it did or did not start">
      {(entries) =>
        entries.length === 0 ? (
          <EmptyState icon="history" title="Nothing has tried to start it yet">
            Each time its trigger looks, one line says here whether the job started, and why not. It
            starts: {describeTrigger(job.settings)}.
          </EmptyState>
        ) : (
          <DataTable
            label="Why it did or did not start"
            rows={entries}
            columns={columns}
            rowId={(entry) => `${entry.at} ${entry.kind} ${entry.run_id ?? entry.description}`}
            maxHeight={640}
            footer={entries.length === most ? 'The last 1,000 are kept.' : undefined}
          />
        )
      }
    </Loaded>
  )
}
