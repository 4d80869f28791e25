import { useNavigate } from '@tanstack/react-router'
import { useState, type ReactNode } from 'react'
import { Button } from '../kit/button.tsx'
import { Checkbox, Field, Input, Select } from '../kit/field.tsx'
import { pluralise } from '../kit/format.ts'
import { Panel, Section } from '../kit/page.tsx'
import { BackfillPreviewTable } from './backfill-preview.tsx'
import type { BackfillPreview, BackfillSettings, Reprocess } from './backfill-wire.ts'
import { useBackfillPreview, useCreateBackfill } from './use-backfills.ts'
import type { Job } from './wire.ts'
import { dayOf, startOfDay } from './zoned-day.ts'
import styles from './backfill.module.css'

const dayMs = 86_400_000

interface Draft {
  readonly from: string
  /** The last day, included. */
  readonly to: string
  readonly reprocess: Reprocess
  readonly failedOnly: boolean
  readonly parallel: string
  readonly backwards: boolean
  readonly parameters: Readonly<Record<string, string>>
}

const reprocesses = [
  { value: 'none', label: 'Leave it' },
  { value: 'failed', label: 'Repair it where it failed' },
  { value: 'completed', label: 'Run it anew' },
] as const

function firstDraft(timeZone: string): Draft {
  const now = Date.now()
  return {
    from: dayOf(now - 7 * dayMs, timeZone),
    to: dayOf(now - dayMs, timeZone),
    reprocess: 'none',
    failedOnly: false,
    parallel: '1',
    backwards: false,
    parameters: {},
  }
}

/** What is asked of the server; undefined while the form says nothing that could be asked. */
function settingsOf(job: Job, draft: Draft, timeZone: string): BackfillSettings | undefined {
  const { from, to } = draft
  const parallel = Number(draft.parallel)
  if (from === '' || to === '' || to < from || !(parallel >= 1)) return undefined
  const changed = Object.entries(draft.parameters).filter(([, value]) => value !== '')
  return {
    job_id: job.job_id,
    from_ms: startOfDay(from, timeZone),
    to_ms: startOfDay(to, timeZone, 1),
    reprocess: draft.reprocess,
    failed_only: draft.failedOnly,
    max_parallel: parallel,
    backwards: draft.backwards,
    ...(changed.length === 0 ? {} : { job_parameters: Object.fromEntries(changed) }),
  }
}

/** Which past times to run, with a look at every run and task before anything starts. */
export function BackfillForm({
  job,
  onClose,
}: {
  readonly job: Job
  readonly onClose: () => void
}): ReactNode {
  const timeZone = job.settings?.schedule?.timezone_id ?? 'UTC'
  const [draft, setDraft] = useState(() => firstDraft(timeZone))
  const settings = settingsOf(job, draft, timeZone)
  const preview = useBackfillPreview(settings)
  const create = useCreateBackfill()
  const navigate = useNavigate()
  const count = settings === undefined || preview.isError ? 0 : runsOf(preview.data?.pages[0])
  const start = () => {
    if (settings === undefined) return
    create.mutate(settings, {
      onSuccess: ({ backfill_id: id }) =>
        void navigate({
          to: '/jobs/backfills/$backfillId',
          params: { backfillId: String(id) },
        }),
    })
  }
  return (
    <Section title="New backfill" note={`Days of ${timeZone}`}>
      <Panel>
        <Fields job={job} draft={draft} onChange={(change) => setDraft({ ...draft, ...change })} />
        <div className={styles['buttons']}>
          <Button onClick={onClose}>Close</Button>
          <Button
            kind="primary"
            icon="run"
            busy={create.isPending}
            refusal={count === 0 ? 'Nothing would run' : undefined}
            onClick={start}
          >
            {count === 0 ? 'Start' : `Start ${pluralise(count, 'run')}`}
          </Button>
        </div>
      </Panel>
      {settings !== undefined && (
        <div className={styles['preview']}>
          <BackfillPreviewTable query={preview} timeZone={timeZone} />
        </div>
      )}
    </Section>
  )
}

function runsOf(preview: BackfillPreview | undefined): number {
  return (preview?.counts.run ?? 0) + (preview?.counts.repair ?? 0)
}

interface FieldsProps {
  readonly job: Job
  readonly draft: Draft
  readonly onChange: (change: Partial<Draft>) => void
}

function Fields({ job, draft, onChange }: FieldsProps): ReactNode {
  const problem = draft.to < draft.from ? 'It is before the first day' : undefined
  return (
    <div className={styles['form']}>
      <Field label="First day">
        {(id) => (
          <Input
            id={id}
            type="date"
            value={draft.from}
            onChange={(event) => onChange({ from: event.target.value })}
          />
        )}
      </Field>
      <Field label="Last day" problem={problem}>
        {(id, describedBy) => (
          <Input
            id={id}
            type="date"
            aria-describedby={describedBy}
            value={draft.to}
            onChange={(event) => onChange({ to: event.target.value })}
          />
        )}
      </Field>
      <Field label="Where there is a run already">
        {(id) => (
          <Select
            id={id}
            value={draft.reprocess}
            options={reprocesses}
            onChange={(reprocess) => onChange({ reprocess })}
          />
        )}
      </Field>
      <Field label="Runs at a time">
        {(id) => (
          <Input
            id={id}
            type="number"
            min={1}
            value={draft.parallel}
            onChange={(event) => onChange({ parallel: event.target.value })}
          />
        )}
      </Field>
      <Parameters job={job} draft={draft} onChange={onChange} />
      <div className={styles['wide']}>
        <Checkbox
          label="Only times that have a run already"
          checked={draft.failedOnly}
          onChange={(failedOnly) => onChange({ failedOnly })}
        />
        <Checkbox
          label="Newest first"
          checked={draft.backwards}
          onChange={(backwards) => onChange({ backwards })}
        />
      </div>
    </div>
  )
}

function Parameters({ job, draft, onChange }: FieldsProps): ReactNode {
  return (job.settings?.parameters ?? []).map(({ name, default: value }) => (
    <Field key={name} label={name} hint="{{backfill.iso_date}} stands for the day of the run">
      {(id, describedBy) => (
        <Input
          id={id}
          aria-describedby={describedBy}
          placeholder={value}
          value={draft.parameters[name] ?? ''}
          onChange={(event) =>
            onChange({ parameters: { ...draft.parameters, [name]: event.target.value } })
          }
        />
      )}
    </Field>
  ))
}
