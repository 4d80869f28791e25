import { useState, type FormEvent, type ReactNode } from 'react'
import { Button, IconButton } from '../kit/button.tsx'
import { ConfirmDialog, Dialog } from '../kit/dialog.tsx'
import { Field, Input, Select } from '../kit/field.tsx'
import { Columns, Panel, Section } from '../kit/page.tsx'
import { Badge } from '../kit/status.tsx'
import { GrantList } from './grant-list.tsx'
import { useAccessChange } from './use-access.ts'
import { isPersonal, type Role, type User } from './wire.ts'
import styles from './access.module.css'

/** One user: roles, own permissions, and what an admin can do about the account. */
export function UserPanel({
  user,
  roles,
  isMe,
}: {
  readonly user: User
  readonly roles: readonly Role[]
  readonly isMe: boolean
}): ReactNode {
  const { username } = user
  const change = useAccessChange('change the permissions')
  const own = user.roles.find(isPersonal)
  return (
    <Section title={username} actions={<AccountActions user={user} isMe={isMe} />}>
      {user.is_admin && (
        <p className="muted">An admin may do everything; permissions change nothing for them.</p>
      )}
      <Columns>
        <GrantList
          grants={own?.permissions ?? []}
          busy={change.isPending}
          onGive={({ type, pattern, permission }) =>
            change.mutate({
              method: 'POST',
              path: '3.0/mlflow/users/permissions/grant',
              body: { username, resource_type: type, resource_id: pattern, permission },
            })
          }
          onTake={(grant) =>
            change.mutate({
              method: 'POST',
              path: '3.0/mlflow/users/permissions/revoke',
              body: {
                username,
                resource_type: grant.resource_type,
                resource_id: grant.resource_pattern,
              },
            })
          }
        />
        <RolesOfUser user={user} roles={roles} />
      </Columns>
    </Section>
  )
}

function RolesOfUser({
  user,
  roles,
}: {
  readonly user: User
  readonly roles: readonly Role[]
}): ReactNode {
  const change = useAccessChange('change the roles')
  const held = user.roles.filter((role) => !isPersonal(role))
  const free = roles.filter((role) => !isPersonal(role) && !held.some(({ id }) => id === role.id))
  const [chosen, setChosen] = useState('')
  const first = free[0]
  const selected = free.find((role) => String(role.id) === chosen) ?? first
  return (
    <Section title="Roles" note={held.length === 0 ? 'none yet' : undefined}>
      <Panel>
        {held.map((role) => (
          <div key={role.id} className={styles['line']}>
            <Badge tone="accent">{role.name}</Badge>
            <span className="muted">{role.description}</span>
            <IconButton
              icon="close"
              small
              label={`Take the role ${role.name} from ${user.username}`}
              onClick={() =>
                change.mutate({
                  method: 'DELETE',
                  path: '3.0/mlflow/roles/unassign',
                  body: { username: user.username, role_id: role.id },
                })
              }
            />
          </div>
        ))}
        {selected === undefined ? (
          <p className="muted">{held.length > 0 ? 'They hold every role.' : 'There is no role.'}</p>
        ) : (
          <form
            className={styles['form']}
            onSubmit={(event) => {
              event.preventDefault()
              change.mutate({
                method: 'POST',
                path: '3.0/mlflow/roles/assign',
                body: { username: user.username, role_id: selected.id },
              })
            }}
          >
            <Field label="Another role">
              {(id) => (
                <Select
                  id={id}
                  value={String(selected.id)}
                  onChange={setChosen}
                  options={free.map((role) => ({ value: String(role.id), label: role.name }))}
                />
              )}
            </Field>
            <Button type="submit" icon="plus" busy={change.isPending}>
              Add
            </Button>
          </form>
        )}
      </Panel>
    </Section>
  )
}

function AccountActions({
  user: { username, is_admin: isAdmin },
  isMe,
}: {
  readonly user: User
  readonly isMe: boolean
}): ReactNode {
  const [asking, setAsking] = useState<'password' | 'delete'>()
  const change = useAccessChange('change the user')
  const close = () => setAsking(undefined)
  return (
    <div className={styles['actions']}>
      <Button
        small
        icon="user"
        busy={change.isPending}
        onClick={() =>
          change.mutate({
            method: 'PATCH',
            path: '2.0/mlflow/users/update-admin',
            body: { username, is_admin: !isAdmin },
            done: isAdmin ? `${username} is no longer an admin` : `${username} is an admin`,
          })
        }
      >
        {isAdmin ? 'Make a plain user' : 'Make an admin'}
      </Button>
      <Button small icon="key" onClick={() => setAsking('password')}>
        Set password
      </Button>
      <Button
        small
        kind="danger"
        icon="close"
        refusal={isMe ? 'You cannot delete yourself' : undefined}
        onClick={() => setAsking('delete')}
      >
        Delete
      </Button>
      {asking === 'password' && <PasswordDialog username={username} isMe={isMe} onClose={close} />}
      <ConfirmDialog
        open={asking === 'delete'}
        onClose={close}
        title={`Delete ${username}?`}
        confirm="Delete the user"
        danger
        busy={change.isPending}
        onConfirm={() =>
          change.mutate(
            {
              method: 'DELETE',
              path: '2.0/mlflow/users/delete',
              body: { username },
              done: `${username} is deleted`,
            },
            { onSuccess: close },
          )
        }
      >
        Their permissions, roles and tokens go with the account; what they made stays. This cannot
        be undone.
      </ConfirmDialog>
    </div>
  )
}

const shortestPassword = 12

/** Why a password is refused before it is sent. */
export function passwordProblem(password: string): string | undefined {
  return password.length >= shortestPassword
    ? undefined
    : `At least ${shortestPassword} characters; these are ${password.length}`
}

function PasswordDialog({
  username,
  isMe,
  onClose,
}: {
  readonly username: string
  readonly isMe: boolean
  readonly onClose: () => void
}): ReactNode {
  const [password, setPassword] = useState('')
  const [current, setCurrent] = useState('')
  const change = useAccessChange('set the password')
  const refusal = passwordProblem(password)
  const save = (event?: FormEvent) => {
    event?.preventDefault()
    if (refusal !== undefined) return
    change.mutate(
      {
        method: 'PATCH',
        path: '2.0/mlflow/users/update-password',
        body: { username, password, ...(isMe ? { current_password: current } : {}) },
        done: `The password of ${username} is set; their tokens have ended`,
      },
      { onSuccess: onClose },
    )
  }
  return (
    <Dialog
      open
      onClose={onClose}
      title={`Password of ${username}`}
      actions={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button kind="primary" refusal={refusal} busy={change.isPending} onClick={() => save()}>
            Set password
          </Button>
        </>
      }
    >
      <form className={styles['stack']} onSubmit={save}>
        {isMe && (
          <Field label="Password so far">
            {(id) => (
              <Input
                id={id}
                type="password"
                autoComplete="current-password"
                value={current}
                onChange={(event) => setCurrent(event.target.value)}
              />
            )}
          </Field>
        )}
        <Field
          label="New password"
          hint="At least 12 characters. The user's tokens end with the old one."
        >
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
      </form>
    </Dialog>
  )
}
