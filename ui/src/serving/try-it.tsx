import { useMutation } from '@tanstack/react-query'
import { useState, type FormEvent, type ReactNode } from 'react'
import { requestJson } from '../api/http.ts'
import { Button } from '../kit/button.tsx'
import { CodeBlock } from '../kit/code.tsx'
import { Field, Input, TextArea } from '../kit/field.tsx'
import { formatDuration } from '../kit/format.ts'
import { Panel, Section } from '../kit/page.tsx'
import { ErrorState } from '../kit/states.tsx'
import { toRecord, type InputField } from './input-fields.ts'
import { useInputFields } from './use-endpoints.ts'
import { useExampleRow, useTrainingTable } from './use-example-row.ts'
import type { ServedEntity } from './wire.ts'
import styles from './endpoint-page.module.css'

interface Scored {
  readonly answer: unknown
  readonly ms: number
}

/** Sends one row to the endpoint and shows what it answers. */
export function TryIt({
  name,
  entity,
}: {
  readonly name: string
  /** The version that answers. */
  readonly entity: ServedEntity | undefined
}): ReactNode {
  const fields = useInputFields(name)
  const score = useMutation({
    mutationFn: async (body: unknown): Promise<Scored> => {
      const start = performance.now()
      const path = `/serving-endpoints/${encodeURIComponent(name)}/invocations`
      const answer = await requestJson<unknown>(path, { method: 'POST', body })
      return { answer, ms: performance.now() - start }
    },
  })
  const named = (fields.data?.length ?? 0) > 0
  return (
    <Section title="Try it">
      <Panel>
        {fields.isPending && <p className="muted">Reading what the model wants…</p>}
        {fields.data !== undefined && named && (
          <RowForm
            fields={fields.data}
            entity={entity}
            busy={score.isPending}
            onSend={score.mutate}
          />
        )}
        {!fields.isPending && !named && <JsonForm busy={score.isPending} onSend={score.mutate} />}
        {score.isError && <ErrorState error={score.error} what="score the row" />}
        {score.data !== undefined && !score.isError && <Answer scored={score.data} />}
      </Panel>
    </Section>
  )
}

function Answer({ scored }: { readonly scored: Scored }): ReactNode {
  return (
    <div role="status">
      <CodeBlock text={JSON.stringify(scored.answer, null, 2)} language="JSON" />
      <p className="muted">
        Answered in {formatDuration(scored.ms)}, the way there and back included.
      </p>
    </div>
  )
}

interface FormProps {
  readonly busy: boolean
  readonly onSend: (body: unknown) => void
}

function RowForm({
  fields,
  entity,
  busy,
  onSend,
}: FormProps & {
  readonly fields: readonly InputField[]
  readonly entity: ServedEntity | undefined
}): ReactNode {
  const [typed, setTyped] = useState<Readonly<Record<string, string>>>({})
  const table = useTrainingTable(entity?.entity_name ?? '', entity?.entity_version ?? '')
  const example = useExampleRow(table ?? '', fields)
  const send = (event: FormEvent) => {
    event.preventDefault()
    onSend({ dataframe_records: [toRecord(fields, typed)] })
  }
  return (
    <form onSubmit={send}>
      <div className={styles['fields']}>
        {fields.map((field) => (
          <Field
            key={field.name}
            label={field.name}
            hint={field.required ? field.kind : `${field.kind}, may be empty`}
          >
            {(id, describedBy) => (
              <Input
                id={id}
                aria-describedby={describedBy}
                inputMode={field.kind === 'number' || field.kind === 'integer' ? 'decimal' : 'text'}
                value={typed[field.name] ?? ''}
                onChange={(event) => setTyped({ ...typed, [field.name]: event.target.value })}
              />
            )}
          </Field>
        ))}
      </div>
      <div className={styles['buttons']}>
        <Button kind="primary" icon="run" type="submit" busy={busy} onClick={() => undefined}>
          Score
        </Button>
        {table !== undefined && (
          <Button
            icon="table"
            busy={example.isPending}
            onClick={() => example.mutate(undefined, { onSuccess: setTyped })}
          >
            Fill in a row of {table}
          </Button>
        )}
        <span className="muted">Recorded traffic holds this row too.</span>
      </div>
    </form>
  )
}

const example = '{"inputs": [[0.1, 0.2]]}'

function JsonForm({ busy, onSend }: FormProps): ReactNode {
  const [text, setText] = useState(example)
  const [problem, setProblem] = useState<string>()
  const send = () => {
    try {
      onSend(JSON.parse(text))
      setProblem(undefined)
    } catch (error) {
      setProblem(error instanceof Error ? error.message : String(error))
    }
  }
  return (
    <>
      <Field label="Request" hint="As MLflow's scoring protocol has it" problem={problem}>
        {(id, describedBy) => (
          <TextArea
            id={id}
            aria-describedby={describedBy}
            aria-invalid={problem !== undefined || undefined}
            className="mono"
            rows={5}
            spellCheck={false}
            value={text}
            onChange={(event) => setText(event.target.value)}
          />
        )}
      </Field>
      <div className={styles['buttons']}>
        <Button kind="primary" icon="run" busy={busy} onClick={send}>
          Score
        </Button>
      </div>
    </>
  )
}
