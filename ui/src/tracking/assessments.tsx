import { useState, type FormEvent, type ReactNode } from 'react'
import { useMe } from '../auth/use-me.ts'
import { Button, IconButton } from '../kit/button.tsx'
import { Field, Input } from '../kit/field.tsx'
import { Panel, Section } from '../kit/page.tsx'
import { Badge } from '../kit/status.tsx'
import { RelativeTime } from '../kit/time.tsx'
import { parseAssessmentValue } from './assessment-value.ts'
import { useAddAssessment, useDeleteAssessment } from './use-assessments.ts'
import type { Assessment, Trace } from './use-traces.ts'
import styles from './trace-page.module.css'

/** A judgement's value: a truth as a badge, anything else as it is. */
export function AssessmentValue({ value }: { readonly value: unknown }): ReactNode {
  if (value === undefined || value === null) return null
  if (value === true) {
    return (
      <Badge tone="ok" icon="check">
        yes
      </Badge>
    )
  }
  if (value === false) {
    return (
      <Badge tone="bad" icon="cross">
        no
      </Badge>
    )
  }
  return <span className="num">{typeof value === 'string' ? value : JSON.stringify(value)}</span>
}

const sources: Readonly<Record<string, string>> = {
  HUMAN: 'a person',
  LLM_JUDGE: 'a model',
  CODE: 'code',
}

/** What people, models and code judged about a trace, and a form to say more. */
export function Assessments({ trace }: { readonly trace: Trace }): ReactNode {
  const { trace_id: traceId, assessments = [] } = trace.trace_info
  const remove = useDeleteAssessment(traceId)
  return (
    <Section
      title="Assessments"
      note={assessments.length === 0 ? 'none yet' : String(assessments.length)}
    >
      <Panel>
        {assessments.map((one) => (
          <Judged
            key={one.assessment_id ?? one.assessment_name}
            assessment={one}
            onDelete={() => remove.mutate(one)}
          />
        ))}
        <AddAssessment traceId={traceId} />
      </Panel>
    </Section>
  )
}

function Judged({
  assessment,
  onDelete,
}: {
  readonly assessment: Assessment
  readonly onDelete: () => void
}): ReactNode {
  const { assessment_name: name = 'assessment', rationale = '', feedback, expectation } = assessment
  return (
    <div className={styles['judged']}>
      <div className={styles['judgedHead']}>
        <strong>{name}</strong>
        {expectation !== undefined && <span className="muted">expected</span>}
        <AssessmentValue value={feedback?.value ?? expectation?.value} />
        {assessment.valid === false && <span className="muted">replaced</span>}
        <Judge assessment={assessment} />
        <IconButton icon="close" small label={`Delete ${name}`} onClick={onDelete} />
      </div>
      {rationale !== '' && <p className="muted">{rationale}</p>}
    </div>
  )
}

function Judge({ assessment }: { readonly assessment: Assessment }): ReactNode {
  const { source, create_time: time } = assessment
  const kind = sources[source?.source_type ?? '']
  return (
    <span className={styles['judgedBy']}>
      {source?.source_id ?? 'unknown'}
      {kind !== undefined && `, ${kind}`}{' '}
      <RelativeTime time={time === undefined ? undefined : Date.parse(time)} />
    </span>
  )
}

function AddAssessment({ traceId }: { readonly traceId: string }): ReactNode {
  const [name, setName] = useState('')
  const [value, setValue] = useState('')
  const [rationale, setRationale] = useState('')
  const me = useMe()
  const add = useAddAssessment(traceId)
  const missing = name.trim() === '' || value.trim() === ''
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (missing) return
    const said = rationale.trim()
    const judged = {
      assessment_name: name.trim(),
      source: { source_type: 'HUMAN', source_id: me.data?.userName ?? 'somebody' },
      feedback: { value: parseAssessmentValue(value) },
      ...(said === '' ? {} : { rationale: said }),
    }
    add.mutate(judged, {
      onSuccess: () => {
        setValue('')
        setRationale('')
      },
    })
  }
  return (
    <form className={styles['judge']} onSubmit={submit}>
      <Field label="Assessment">
        {(id) => (
          <Input
            id={id}
            placeholder="relevance"
            value={name}
            onChange={(event) => setName(event.target.value)}
          />
        )}
      </Field>
      <Field label="Value">
        {(id) => (
          <Input
            id={id}
            placeholder="yes, no, 0.8, or a word"
            value={value}
            onChange={(event) => setValue(event.target.value)}
          />
        )}
      </Field>
      <Field label="Why">
        {(id) => (
          <Input id={id} value={rationale} onChange={(event) => setRationale(event.target.value)} />
        )}
      </Field>
      <Button
        type="submit"
        icon="plus"
        busy={add.isPending}
        refusal={missing ? 'Give it a name and a value first' : undefined}
      >
        Add
      </Button>
    </form>
  )
}
