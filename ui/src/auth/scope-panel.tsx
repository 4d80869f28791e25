import { useState, type FormEvent, type ReactNode } from 'react'
import { ApiError } from '../api/http.ts'
import { Button, IconButton } from '../kit/button.tsx'
import { ConfirmDialog } from '../kit/dialog.tsx'
import { Field, Input, Select } from '../kit/field.tsx'
import { Columns, Panel, Section } from '../kit/page.tsx'
import { Loaded } from '../kit/states.tsx'
import { Badge } from '../kit/status.tsx'
import { RelativeTime } from '../kit/time.tsx'
import { useAccessChange } from './use-access.ts'
import { useSecretAcls, useSecrets, type SecretPermission } from './use-secrets.ts'
import styles from './access.module.css'

/** A scope's secrets by name, and who may use them. Values go in and never come out. */
export function ScopePanel({ scope }: { readonly scope: string }): ReactNode {
  return (
    <Section title={scope} actions={<DeleteScope scope={scope} />}>
      <Columns>
        <Secrets scope={scope} />
        <Acls scope={scope} />
      </Columns>
    </Section>
  )
}

function Secrets({ scope }: { readonly scope: string }): ReactNode {
  const query = useSecrets(scope)
  const [removing, setRemoving] = useState<string>()
  return (
    <Section title="Secrets">
      <Panel>
        <Loaded query={query} what="list the secrets">
          {(secrets) => (
            <>
              {secrets.length === 0 && <p className="muted">None yet.</p>}
              {secrets.map(({ key, last_updated_timestamp: time }) => (
                <div key={key} className={styles['line']}>
                  <code>{key}</code>
                  <span className="muted">
                    set <RelativeTime time={time} />
                  </span>
                  <IconButton
                    icon="close"
                    small
                    label={`Delete ${key}`}
                    onClick={() => setRemoving(key)}
                  />
                </div>
              ))}
            </>
          )}
        </Loaded>
        <PutSecret scope={scope} />
      </Panel>
      {removing !== undefined && (
        <DeleteSecret scope={scope} secret={removing} onClose={() => setRemoving(undefined)} />
      )}
    </Section>
  )
}

function DeleteSecret({
  scope,
  secret,
  onClose,
}: {
  readonly scope: string
  readonly secret: string
  readonly onClose: () => void
}): ReactNode {
  const change = useAccessChange('delete the secret')
  return (
    <ConfirmDialog
      open
      onClose={onClose}
      title={`Delete ${scope}/${secret}?`}
      confirm="Delete the secret"
      danger
      busy={change.isPending}
      onConfirm={() =>
        change.mutate(
          { method: 'POST', path: '2.0/secrets/delete', body: { scope, key: secret } },
          { onSuccess: onClose },
        )
      }
    >
      Jobs that read it fail from now on. Its value is gone and cannot be brought back.
    </ConfirmDialog>
  )
}

function PutSecret({ scope }: { readonly scope: string }): ReactNode {
  const [key, setKey] = useState('')
  const [value, setValue] = useState('')
  const change = useAccessChange('set the secret')
  const missing = key.trim() === '' || value === ''
  const save = (event: FormEvent) => {
    event.preventDefault()
    if (missing) return
    change.mutate(
      {
        method: 'POST',
        path: '2.0/secrets/put',
        body: { scope, key: key.trim(), string_value: value },
        done: `${scope}/${key.trim()} is set`,
      },
      {
        onSuccess: () => {
          setKey('')
          setValue('')
        },
      },
    )
  }
  return (
    <form className={styles['form']} onSubmit={save}>
      <Field label="Key">
        {(id) => (
          <Input
            id={id}
            autoComplete="off"
            value={key}
            onChange={(event) => setKey(event.target.value)}
          />
        )}
      </Field>
      <Field label="Value">
        {(id) => (
          <Input
            id={id}
            type="password"
            autoComplete="new-password"
            value={value}
            onChange={(event) => setValue(event.target.value)}
          />
        )}
      </Field>
      <Button
        type="submit"
        icon="plus"
        busy={change.isPending}
        refusal={missing ? 'Give a key and a value first' : undefined}
      >
        Set
      </Button>
    </form>
  )
}

const levels: readonly SecretPermission[] = ['READ', 'WRITE', 'MANAGE']

function Acls({ scope }: { readonly scope: string }): ReactNode {
  const query = useSecretAcls(scope)
  const change = useAccessChange('change who may use the scope')
  if (query.error instanceof ApiError && query.error.status === 403) {
    return (
      <Section title="Who may use it">
        <Panel>
          <p className="muted">Only those who may manage the scope see this.</p>
        </Panel>
      </Section>
    )
  }
  return (
    <Section title="Who may use it">
      <Panel>
        <Loaded query={query} what="list who may use the scope">
          {(acls) =>
            acls.map(({ principal, permission }) => (
              <div key={principal} className={styles['line']}>
                <Badge tone="accent">{permission}</Badge>
                <span>{principal === 'users' ? 'every user' : principal}</span>
                <IconButton
                  icon="close"
                  small
                  label={`Take ${permission} from ${principal}`}
                  onClick={() =>
                    change.mutate({
                      method: 'POST',
                      path: '2.0/secrets/acls/delete',
                      body: { scope, principal },
                    })
                  }
                />
              </div>
            ))
          }
        </Loaded>
        <PutAcl scope={scope} />
      </Panel>
    </Section>
  )
}

function PutAcl({ scope }: { readonly scope: string }): ReactNode {
  const [principal, setPrincipal] = useState('')
  const [permission, setPermission] = useState<SecretPermission>('READ')
  const change = useAccessChange('change who may use the scope')
  const missing = principal.trim() === ''
  const save = (event: FormEvent) => {
    event.preventDefault()
    if (missing) return
    const body = { scope, principal: principal.trim(), permission }
    change.mutate(
      { method: 'POST', path: '2.0/secrets/acls/put', body },
      { onSuccess: () => setPrincipal('') },
    )
  }
  return (
    <form className={styles['form']} onSubmit={save}>
      <Field label="User, or users for all">
        {(id) => (
          <Input
            id={id}
            autoComplete="off"
            value={principal}
            onChange={(event) => setPrincipal(event.target.value)}
          />
        )}
      </Field>
      <Field label="Permission">
        {(id) => (
          <Select
            id={id}
            value={permission}
            onChange={setPermission}
            options={levels.map((value) => ({ value, label: value }))}
          />
        )}
      </Field>
      <Button
        type="submit"
        icon="plus"
        busy={change.isPending}
        refusal={missing ? 'Say who first' : undefined}
      >
        Give
      </Button>
    </form>
  )
}

function DeleteScope({ scope }: { readonly scope: string }): ReactNode {
  const [asking, setAsking] = useState(false)
  const change = useAccessChange('delete the scope')
  return (
    <>
      <Button small kind="danger" icon="close" onClick={() => setAsking(true)}>
        Delete scope
      </Button>
      <ConfirmDialog
        open={asking}
        onClose={() => setAsking(false)}
        title={`Delete the scope ${scope}?`}
        confirm="Delete the scope"
        danger
        busy={change.isPending}
        onConfirm={() =>
          change.mutate(
            { method: 'POST', path: '2.0/secrets/scopes/delete', body: { scope } },
            { onSuccess: () => setAsking(false) },
          )
        }
      >
        All its secrets go with it, and jobs that read them fail. This cannot be undone.
      </ConfirmDialog>
    </>
  )
}
