import type { ReactNode } from 'react'
import { useJobs } from '../jobs/use-jobs.ts'
import { useNextRuns } from '../jobs/use-next-runs.ts'
import type { Job } from '../jobs/wire.ts'
import { Icon } from '../kit/icons.tsx'
import { Section } from '../kit/page.tsx'
import { Loaded, SkeletonRows } from '../kit/states.tsx'
import { RelativeTime } from '../kit/time.tsx'
import { WorkList } from '../kit/work-list.tsx'
import { describeSchedule } from '../jobs/describe-schedule.ts'

function isScheduled(job: Job): boolean {
  const schedule = job.settings?.schedule
  return schedule !== undefined && schedule.pause_status !== 'PAUSED'
}

/** The jobs with a schedule, and when each fires next. */
export function NextScheduled(): ReactNode {
  const query = useJobs()
  const scheduled = query.data?.filter(isScheduled)
  return (
    <Section title="Next scheduled">
      <Loaded
        query={{ ...query, data: scheduled }}
        what="load the jobs"
        skeleton={<SkeletonRows count={2} />}
      >
        {(jobs) => (
          <WorkList
            label="Next scheduled"
            none="No job has a schedule."
            items={jobs.slice(0, 8).map((job) => ({
              id: String(job.job_id),
              to: `/jobs/${job.job_id}`,
              lead: <Icon name="clock" />,
              title: job.settings?.name ?? `job ${job.job_id}`,
              sub: describeSchedule(job.settings?.schedule),
              end: <NextTime job={job} />,
            }))}
          />
        )}
      </Loaded>
    </Section>
  )
}

function NextTime({ job }: { readonly job: Job }): ReactNode {
  const { data } = useNextRuns(job.settings?.schedule, 1)
  return <RelativeTime time={data?.[0]} />
}
