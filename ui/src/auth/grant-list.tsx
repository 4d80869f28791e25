import { useState, type FormEvent, type ReactNode } from 'react'
import { Button, IconButton } from '../kit/button.tsx'
import { Field, Input, Select } from '../kit/field.tsx'
import { Panel, Section } from '../kit/page.tsx'
import { Badge } from '../kit/status.tsx'
import {
  describeTarget,
  permissions,
  resourceTypes,
  wordOfType,
  type Grant,
  type Permission,
  type ResourceType,
} from './wire.ts'
import styles from './access.module.css'

export interface NewGrant {
  readonly type: ResourceType
  readonly pattern: string
  readonly permission: Permission
}

/** Permissions of a role or a user, and a form to give one more. */
export function GrantList({
  grants,
  busy,
  onGive,
  onTake,
}: {
  readonly grants: readonly Grant[]
  readonly busy: boolean
  readonly onGive: (grant: NewGrant) => void
  readonly onTake: (grant: Grant) => void
}): ReactNode {
  return (
    <Section title="Permissions" note={grants.length === 0 ? 'none yet' : undefined}>
      <Panel>
        {grants.map((grant) => (
          <div key={grant.id} className={styles['line']}>
            <Badge tone={refuses(grant) ? 'bad' : 'accent'}>{grant.permission}</Badge>
            <span>on {describeTarget(grant)}</span>
            <IconButton
              icon="close"
              small
              label={`Take ${grant.permission} on ${describeTarget(grant)} away`}
              onClick={() => onTake(grant)}
            />
          </div>
        ))}
        <GiveForm busy={busy} onGive={onGive} />
      </Panel>
    </Section>
  )
}

function refuses({ permission }: Grant): boolean {
  return permission === 'DENY' || permission === 'NO_PERMISSIONS'
}

function GiveForm({
  busy,
  onGive,
}: {
  readonly busy: boolean
  readonly onGive: (grant: NewGrant) => void
}): ReactNode {
  const [permission, setPermission] = useState<Permission>('READ')
  const [type, setType] = useState<ResourceType>('experiment')
  const [pattern, setPattern] = useState('*')
  const give = (event: FormEvent) => {
    event.preventDefault()
    const id = type === 'workspace' ? '*' : pattern.trim()
    if (id !== '') onGive({ type, pattern: id, permission })
  }
  return (
    <form className={styles['form']} onSubmit={give}>
      <Field label="Permission">
        {(id) => (
          <Select
            id={id}
            value={permission}
            onChange={setPermission}
            options={permissions.map((value) => ({ value, label: value }))}
          />
        )}
      </Field>
      <Field label="On">
        {(id) => (
          <Select
            id={id}
            value={type}
            onChange={setType}
            options={resourceTypes.map((value) => ({ value, label: wordOfType(value) }))}
          />
        )}
      </Field>
      {type !== 'workspace' && (
        <Field label={type === 'experiment' ? 'Id, or * for all' : 'Name, or * for all'}>
          {(id) => (
            <Input id={id} value={pattern} onChange={(event) => setPattern(event.target.value)} />
          )}
        </Field>
      )}
      <Button
        type="submit"
        icon="plus"
        busy={busy}
        refusal={type !== 'workspace' && pattern.trim() === '' ? 'Say on what first' : undefined}
      >
        Give
      </Button>
    </form>
  )
}
