import { useState, type FormEvent, type ReactNode } from 'react'
import { Button } from '../kit/button.tsx'
import { Field, TextArea } from '../kit/field.tsx'
import { Markdown } from '../kit/markdown.tsx'
import { Panel, Section } from '../kit/page.tsx'
import styles from './note.module.css'

/** MLflow keeps a note under this tag, and its own pages show it. */
export const noteKey = 'mlflow.note.content'

/** A note in Markdown that is edited where it stands. */
export function Note({
  text,
  about,
  word = 'note',
  onSave,
}: {
  readonly text: string | undefined
  /** What it is called: a note, or a description. */
  readonly word?: string
  /** What it is about: "run". */
  readonly about: string
  /** Undefined takes the note away. */
  readonly onSave: (text: string | undefined) => void
}): ReactNode {
  const [editing, setEditing] = useState(false)
  const has = text !== undefined && text !== ''
  const edit = (
    <Button small icon={has ? 'edit' : 'plus'} onClick={() => setEditing(true)}>
      {has ? `Edit the ${word}` : `Write a ${word}`}
    </Button>
  )
  if (!editing && !has) return <div>{edit}</div>
  return (
    <Section
      title={`${word.charAt(0).toUpperCase()}${word.slice(1)}`}
      actions={editing ? undefined : edit}
    >
      <Panel>
        {editing ? (
          <NoteForm
            text={text ?? ''}
            label={`${word.charAt(0).toUpperCase()}${word.slice(1)} ${word === 'note' ? 'on' : 'of'} this ${about}`}
            onCancel={() => setEditing(false)}
            onSave={(next) => {
              onSave(next.trim() === '' ? undefined : next)
              setEditing(false)
            }}
          />
        ) : (
          <Markdown text={text ?? ''} />
        )}
      </Panel>
    </Section>
  )
}

function NoteForm({
  text,
  label,
  onSave,
  onCancel,
}: {
  readonly text: string
  readonly label: string
  readonly onSave: (text: string) => void
  readonly onCancel: () => void
}): ReactNode {
  const [typed, setTyped] = useState(text)
  const save = (event: FormEvent) => {
    event.preventDefault()
    onSave(typed)
  }
  return (
    <form className={styles['form']} onSubmit={save}>
      <Field label={label} hint="Markdown. Escape leaves it as it was.">
        {(id, describedBy) => (
          <TextArea
            id={id}
            aria-describedby={describedBy}
            rows={6}
            value={typed}
            onChange={(event) => setTyped(event.target.value)}
            onKeyDown={(event) => {
              if (event.key === 'Escape') onCancel()
            }}
          />
        )}
      </Field>
      <div className={styles['buttons']}>
        <Button type="submit" kind="primary">
          Save
        </Button>
        <Button onClick={onCancel}>Cancel</Button>
      </div>
    </form>
  )
}
