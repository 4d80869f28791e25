import { useState, type FormEvent, type ReactNode } from 'react'
import { Button } from '../kit/button.tsx'
import { Dialog } from '../kit/dialog.tsx'
import { Field, Input } from '../kit/field.tsx'
import { useAccessChange } from './use-access.ts'
import { passwordProblem } from './user-panel.tsx'
import styles from './access.module.css'

/** Makes a user with a first password. */
export function NewUser({
  onClose,
  onMade,
}: {
  readonly onClose: () => void
  readonly onMade: (username: string) => void
}): ReactNode {
  const [username, setUsername] = useState('')
  const [password, setPassword] = useState('')
  const change = useAccessChange('make the user')
  const refusal = username.trim() === '' ? 'Give the user a name' : passwordProblem(password)
  const save = (event?: FormEvent) => {
    event?.preventDefault()
    if (refusal !== undefined) return
    const body = { username: username.trim(), password }
    change.mutate(
      { method: 'POST', path: '2.0/mlflow/users/create', body },
      {
        onSuccess: () => {
          onMade(body.username)
          onClose()
        },
      },
    )
  }
  return (
    <Dialog
      open
      onClose={onClose}
      title="New user"
      actions={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button kind="primary" refusal={refusal} busy={change.isPending} onClick={() => save()}>
            Make the user
          </Button>
        </>
      }
    >
      <form className={styles['stack']} onSubmit={save}>
        <Field label="User name">
          {(id) => (
            <Input
              id={id}
              autoComplete="off"
              value={username}
              onChange={(event) => setUsername(event.target.value)}
            />
          )}
        </Field>
        <Field label="First password" hint="At least 12 characters; they can change it themselves">
          {(id, describedBy) => (
            <Input
              id={id}
              aria-describedby={describedBy}
              type="password"
              autoComplete="new-password"
              value={password}
              onChange={(event) => setPassword(event.target.value)}
            />
          )}
        </Field>
        <button type="submit" hidden />
      </form>
    </Dialog>
  )
}

export function NewRole({ onClose }: { readonly onClose: () => void }): ReactNode {
  const [name, setName] = useState('')
  const [description, setDescription] = useState('')
  const change = useAccessChange('make the role')
  const refusal = name.trim() === '' ? 'Give the role a name' : undefined
  const save = (event?: FormEvent) => {
    event?.preventDefault()
    if (refusal !== undefined) return
    const body = { workspace: 'default', name: name.trim(), description }
    change.mutate({ method: 'POST', path: '3.0/mlflow/roles/create', body }, { onSuccess: onClose })
  }
  return (
    <Dialog
      open
      onClose={onClose}
      title="New role"
      actions={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button kind="primary" refusal={refusal} busy={change.isPending} onClick={() => save()}>
            Make the role
          </Button>
        </>
      }
    >
      <form className={styles['stack']} onSubmit={save}>
        <Field label="Role name">
          {(id) => <Input id={id} value={name} onChange={(event) => setName(event.target.value)} />}
        </Field>
        <Field label="What it is for">
          {(id) => (
            <Input
              id={id}
              value={description}
              onChange={(event) => setDescription(event.target.value)}
            />
          )}
        </Field>
        <button type="submit" hidden />
      </form>
    </Dialog>
  )
}
