import { useState, type ReactNode } from 'react'
import { Button } from '../kit/button.tsx'
import { isPaused, startsAlone } from './describe-trigger.ts'
import { RunNowDialog } from './run-now-dialog.tsx'
import { usePauseJob } from './use-job-actions.ts'
import type { Job } from './wire.ts'

/** Start the job by hand, or hold back what starts it by itself. */
export function JobActions({ job }: { readonly job: Job }): ReactNode {
  const [open, setOpen] = useState(false)
  const pause = usePauseJob()
  const { settings } = job
  const paused = isPaused(settings)
  return (
    <>
      {settings !== undefined && startsAlone(settings) && (
        <Button
          icon={paused ? 'run' : 'pause'}
          busy={pause.isPending}
          onClick={() => pause.mutate({ jobId: job.job_id, settings, paused: !paused })}
        >
          {paused ? 'Resume' : 'Pause'}
        </Button>
      )}
      <Button kind="primary" icon="run" onClick={() => setOpen(true)}>
        Run now
      </Button>
      {open && <RunNowDialog job={job} onClose={() => setOpen(false)} />}
    </>
  )
}
