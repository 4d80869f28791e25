import { Link, useNavigate } from '@tanstack/react-router'
import { useState, type ReactNode } from 'react'
import { Button } from '../kit/button.tsx'
import type { Column } from '../kit/columns.ts'
import { DataTable } from '../kit/data-table.tsx'
import { Section } from '../kit/page.tsx'
import { EmptyState, Loaded } from '../kit/states.tsx'
import { Status } from '../kit/status.tsx'
import { RelativeTime } from '../kit/time.tsx'
import { BackfillForm } from './backfill-form.tsx'
import { BackfillProgress } from './backfill-progress.tsx'
import type { Backfill } from './backfill-wire.ts'
import { useBackfills } from './use-backfills.ts'
import type { Job } from './wire.ts'
import styles from './backfill.module.css'

const columns: readonly Column<Backfill>[] = [
  {
    id: 'backfill',
    header: 'Backfill',
    width: 160,
    value: (one) => one.backfill_id,
    cell: (one) => (
      <Link to="/jobs/backfills/$backfillId" params={{ backfillId: String(one.backfill_id) }}>
        {one.backfill_id}
      </Link>
    ),
  },
  {
    id: 'state',
    header: 'Status',
    width: 140,
    value: (one) => one.state,
    cell: (one) => <Status state={one.state} />,
  },
  {
    id: 'progress',
    header: 'Progress',
    width: 260,
    value: (one) => one.counts.SUCCEEDED,
    cell: (one) => <BackfillProgress backfill={one} />,
  },
  {
    id: 'made',
    header: 'Started',
    width: 120,
    value: (one) => one.created_time,
    cell: (one) => <RelativeTime time={one.created_time} />,
  },
  { id: 'by', header: 'By', value: (one) => one.creator_user_name },
]

/** The backfills of a job, and a new one. */
export function BackfillsTab({ job }: { readonly job: Job }): ReactNode {
  const [making, setMaking] = useState(false)
  const query = useBackfills(job.job_id)
  const navigate = useNavigate()
  const start = (
    <Button kind="primary" icon="plus" onClick={() => setMaking(true)}>
      New backfill
    </Button>
  )
  return (
    <div className={styles['stack']}>
      {making && <BackfillForm job={job} onClose={() => setMaking(false)} />}
      <Loaded query={query} what="load the backfills">
        {(found) => {
          if (found.length === 0) {
            return making ? null : (
              <EmptyState icon="history" title="No backfill yet" action={start}>
                A backfill runs the job once for each past time of its schedule: to fill a table
                from its beginning, or to do days again that failed.
              </EmptyState>
            )
          }
          return (
            <Section title="Backfills" actions={making ? undefined : start}>
              <DataTable
                label="Backfills"
                rows={found}
                columns={columns}
                rowId={(one) => String(one.backfill_id)}
                onOpen={(one) =>
                  void navigate({
                    to: '/jobs/backfills/$backfillId',
                    params: { backfillId: String(one.backfill_id) },
                  })
                }
              />
            </Section>
          )
        }}
      </Loaded>
    </div>
  )
}
