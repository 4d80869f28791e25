import { useNavigate } from '@tanstack/react-router'
import { useState, type ReactNode } from 'react'
import { Button } from '../kit/button.tsx'
import { Dialog } from '../kit/dialog.tsx'
import { Field, Input } from '../kit/field.tsx'
import { isPaused } from './describe-trigger.ts'
import { usePauseJob, useRunNow } from './use-job-actions.ts'
import type { Job } from './wire.ts'
import styles from './job-page.module.css'

/** Start the job by hand, or hold back what starts it by itself. */
export function JobActions({ job }: { readonly job: Job }): ReactNode {
  const [open, setOpen] = useState(false)
  const pause = usePauseJob()
  const { settings } = job
  const startsAlone = settings?.schedule !== undefined || settings?.trigger !== undefined
  const paused = isPaused(settings)
  return (
    <>
      {settings !== undefined && startsAlone && (
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

function RunNowDialog({
  job,
  onClose,
}: {
  readonly job: Job
  readonly onClose: () => void
}): ReactNode {
  const parameters = job.settings?.parameters ?? []
  const [values, setValues] = useState<Readonly<Record<string, string>>>(() =>
    Object.fromEntries(parameters.map(({ name, default: value }) => [name, value])),
  )
  const navigate = useNavigate()
  const start = useRunNow()
  const changed = Object.fromEntries(
    parameters
      .filter(({ name, default: value }) => values[name] !== value)
      .map(({ name }) => [name, values[name] ?? '']),
  )
  const run = () =>
    start.mutate(
      { jobId: job.job_id, parameters: changed },
      {
        onSuccess: (answer) => {
          onClose()
          const runId = String((answer as { readonly run_id: number }).run_id)
          void navigate({ to: '/jobs/runs/$runId', params: { runId } })
        },
      },
    )
  return (
    <Dialog
      open
      onClose={onClose}
      title={`Run ${job.settings?.name ?? job.job_id} now`}
      actions={
        <>
          <Button onClick={onClose}>Close</Button>
          <Button kind="primary" icon="run" busy={start.isPending} onClick={run}>
            Run now
          </Button>
        </>
      }
    >
      {parameters.length === 0 && <p>The job has no parameters.</p>}
      <div className={styles['form']}>
        {parameters.map(({ name, default: value }) => (
          <Field key={name} label={name} hint={`Default: ${value}`}>
            {(id, describedBy) => (
              <Input
                id={id}
                aria-describedby={describedBy}
                value={values[name] ?? ''}
                onChange={(event) => setValues({ ...values, [name]: event.target.value })}
              />
            )}
          </Field>
        ))}
      </div>
    </Dialog>
  )
}
