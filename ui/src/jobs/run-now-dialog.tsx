import { useNavigate } from '@tanstack/react-router'
import { useState, type ReactNode } from 'react'
import { Button } from '../kit/button.tsx'
import { Dialog } from '../kit/dialog.tsx'
import { Checkbox, Field, Input, TextArea } from '../kit/field.tsx'
import { pluralise } from '../kit/format.ts'
import {
  overrideKinds,
  parseOverrides,
  type OverrideTexts,
  type RunOverrides,
} from './run-overrides.ts'
import { useRunNow } from './use-job-actions.ts'
import type { Job } from './wire.ts'
import styles from './job-page.module.css'

interface RunForm {
  readonly values: Readonly<Record<string, string>>
  readonly texts: OverrideTexts
  readonly only: readonly string[]
  readonly queue: boolean
}

/** Starts the job once, with other parameters or only some of its tasks when wanted. */
export function RunNowDialog({
  job,
  onClose,
}: {
  readonly job: Job
  readonly onClose: () => void
}): ReactNode {
  const parameters = job.settings?.parameters ?? []
  const [form, setForm] = useState<RunForm>({
    values: Object.fromEntries(parameters.map(({ name, default: value }) => [name, value])),
    texts: {},
    only: [],
    queue: job.settings?.queue?.enabled ?? false,
  })
  const set = (change: Partial<RunForm>) => setForm({ ...form, ...change })
  const navigate = useNavigate()
  const start = useRunNow()
  const asked = overridesOf(job, form)
  const problem = 'problem' in asked ? asked.problem : undefined
  const run = () => {
    if ('problem' in asked) return
    start.mutate(
      { jobId: job.job_id, overrides: asked },
      {
        onSuccess: (answer) => {
          onClose()
          const runId = String((answer as { readonly run_id: number }).run_id)
          void navigate({ to: '/jobs/runs/$runId', params: { runId } })
        },
      },
    )
  }
  return (
    <Dialog
      open
      onClose={onClose}
      title={`Run ${job.settings?.name ?? job.job_id} now`}
      actions={
        <>
          <Button onClick={onClose}>Close</Button>
          <Button kind="primary" icon="run" busy={start.isPending} refusal={problem} onClick={run}>
            {form.only.length === 0 ? 'Run now' : `Run ${pluralise(form.only.length, 'task')}`}
          </Button>
        </>
      }
    >
      <div className={styles['form']}>
        {parameters.length === 0 && <p>The job has no parameters.</p>}
        {parameters.map(({ name, default: value }) => (
          <Field key={name} label={name} hint={`Default: ${value === '' ? 'empty' : value}`}>
            {(id, describedBy) => (
              <Input
                id={id}
                aria-describedby={describedBy}
                value={form.values[name] ?? ''}
                onChange={(event) =>
                  set({ values: { ...form.values, [name]: event.target.value } })
                }
              />
            )}
          </Field>
        ))}
        <More job={job} form={form} problem={problem} onChange={set} />
        <OnlyTasks job={job} form={form} onChange={set} />
        <Checkbox
          label="Wait in the queue when too many runs are active, instead of being skipped"
          checked={form.queue}
          onChange={(queue) => set({ queue })}
        />
      </div>
    </Dialog>
  )
}

function overridesOf(job: Job, form: RunForm): RunOverrides | { readonly problem: string } {
  const changed = (job.settings?.parameters ?? []).filter(
    ({ name, default: value }) => form.values[name] !== value,
  )
  try {
    return {
      ...parseOverrides(form.texts),
      ...(changed.length === 0
        ? {}
        : {
            job_parameters: Object.fromEntries(
              changed.map(({ name }) => [name, form.values[name] ?? '']),
            ),
          }),
      ...(form.only.length === 0 ? {} : { only: form.only }),
      ...(form.queue === (job.settings?.queue?.enabled ?? false)
        ? {}
        : { queue: { enabled: form.queue } }),
    }
  } catch (error) {
    return { problem: error instanceof Error ? error.message : String(error) }
  }
}

interface PartProps {
  readonly job: Job
  readonly form: RunForm
  readonly onChange: (change: Partial<RunForm>) => void
}

function More({
  job,
  form,
  problem,
  onChange,
}: PartProps & { readonly problem: string | undefined }): ReactNode {
  const kinds = overrideKinds(job.settings)
  if (kinds.length === 0) return null
  return (
    <details>
      <summary>More parameters</summary>
      <div className={styles['form']}>
        {kinds.map(({ field, label, hint }) => (
          <Field key={field} label={label} hint={problem ?? hint}>
            {(id, describedBy) => (
              <TextArea
                id={id}
                aria-describedby={describedBy}
                rows={2}
                spellCheck={false}
                value={form.texts[field] ?? ''}
                onChange={(event) =>
                  onChange({ texts: { ...form.texts, [field]: event.target.value } })
                }
              />
            )}
          </Field>
        ))}
      </div>
    </details>
  )
}

function OnlyTasks({ job, form, onChange }: PartProps): ReactNode {
  const tasks = job.settings?.tasks ?? []
  if (tasks.length < 2) return null
  return (
    <details>
      <summary>Only some tasks</summary>
      <fieldset className={styles['tasks']}>
        <legend className="visually-hidden">Tasks to run; none chosen runs all</legend>
        {tasks.map(({ task_key: key }) => (
          <Checkbox
            key={key}
            label={key}
            checked={form.only.includes(key)}
            onChange={(on) =>
              onChange({
                only: on ? [...form.only, key] : form.only.filter((one) => one !== key),
              })
            }
          />
        ))}
      </fieldset>
    </details>
  )
}
