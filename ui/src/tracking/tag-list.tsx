import { useState, type FormEvent, type ReactNode } from 'react'
import { Button, IconButton } from '../kit/button.tsx'
import { Field, Input } from '../kit/field.tsx'
import { Panel, Section } from '../kit/page.tsx'
import type { TagChange } from './use-tag-change.ts'
import type { Tag } from './wire.ts'
import styles from './note.module.css'

/** Tags that people set, edited where they stand. */
export function TagList({
  tags,
  busy,
  onChange,
}: {
  readonly tags: readonly Tag[]
  readonly busy: boolean
  readonly onChange: (change: TagChange) => void
}): ReactNode {
  const sorted = tags.toSorted((left, right) => left.key.localeCompare(right.key))
  return (
    <Section title="Tags" note={tags.length === 0 ? 'none yet' : undefined}>
      <Panel>
        {sorted.map((tag) => (
          <TagRow key={tag.key} tag={tag} onChange={onChange} />
        ))}
        <AddTag busy={busy} onAdd={onChange} />
      </Panel>
    </Section>
  )
}

function TagRow({
  tag,
  onChange,
}: {
  readonly tag: Tag
  readonly onChange: (change: TagChange) => void
}): ReactNode {
  const [typed, setTyped] = useState<string>()
  const save = (event: FormEvent) => {
    event.preventDefault()
    if (typed !== undefined && typed !== tag.value) onChange({ key: tag.key, value: typed })
    setTyped(undefined)
  }
  if (typed !== undefined) {
    return (
      <form className={styles['tag']} onSubmit={save}>
        <span className="muted">{tag.key}</span>
        <Input
          aria-label={`Value of ${tag.key}`}
          autoFocus
          value={typed}
          onChange={(event) => setTyped(event.target.value)}
          onKeyDown={(event) => {
            if (event.key === 'Escape') setTyped(undefined)
          }}
        />
        <Button small type="submit">
          Save
        </Button>
      </form>
    )
  }
  return (
    <div className={styles['tag']}>
      <span className="muted">{tag.key}</span>
      <span>{tag.value}</span>
      <span>
        <IconButton
          icon="edit"
          small
          label={`Edit ${tag.key}`}
          onClick={() => setTyped(tag.value)}
        />
        <IconButton
          icon="close"
          small
          label={`Delete ${tag.key}`}
          onClick={() => onChange({ key: tag.key, value: undefined, was: tag.value })}
        />
      </span>
    </div>
  )
}

function AddTag({
  busy,
  onAdd,
}: {
  readonly busy: boolean
  readonly onAdd: (change: TagChange) => void
}): ReactNode {
  const [key, setKey] = useState('')
  const [value, setValue] = useState('')
  const add = (event: FormEvent) => {
    event.preventDefault()
    if (key.trim() === '') return
    onAdd({ key: key.trim(), value })
    setKey('')
    setValue('')
  }
  return (
    <form className={styles['add']} onSubmit={add}>
      <Field label="New tag">
        {(id) => <Input id={id} value={key} onChange={(event) => setKey(event.target.value)} />}
      </Field>
      <Field label="Value">
        {(id) => <Input id={id} value={value} onChange={(event) => setValue(event.target.value)} />}
      </Field>
      <Button
        type="submit"
        icon="plus"
        busy={busy}
        refusal={key.trim() === '' ? 'Give the tag a name first' : undefined}
      >
        Add
      </Button>
    </form>
  )
}
