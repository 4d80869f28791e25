import { useState, type ReactNode } from 'react'
import { Button, IconButton } from '../kit/button.tsx'
import { ConfirmDialog } from '../kit/dialog.tsx'
import { pluralise } from '../kit/format.ts'
import { Columns, Panel, Section } from '../kit/page.tsx'
import { GrantList } from './grant-list.tsx'
import { useAccessChange } from './use-access.ts'
import type { Role, User } from './wire.ts'
import styles from './access.module.css'

/** One role: what it allows and who holds it. */
export function RolePanel({
  role,
  members,
}: {
  readonly role: Role
  readonly members: readonly User[]
}): ReactNode {
  const change = useAccessChange('change the role')
  return (
    <Section
      title={role.name}
      note={role.description}
      actions={<DeleteRole role={role} members={members} />}
    >
      <Columns>
        <GrantList
          grants={role.permissions}
          busy={change.isPending}
          onGive={({ type, pattern, permission }) =>
            change.mutate({
              method: 'POST',
              path: '3.0/mlflow/roles/permissions/add',
              body: {
                role_id: role.id,
                resource_type: type,
                resource_pattern: pattern,
                permission,
              },
            })
          }
          onTake={(grant) =>
            change.mutate({
              method: 'DELETE',
              path: '3.0/mlflow/roles/permissions/remove',
              body: { role_permission_id: grant.id },
            })
          }
        />
        <Section title="Held by" note={pluralise(members.length, 'user')}>
          <Panel>
            {members.length === 0 && (
              <p className="muted">Nobody. Choose a user and add the role there.</p>
            )}
            {members.map((user) => (
              <div key={user.id} className={styles['line']}>
                {user.username}
                <IconButton
                  icon="close"
                  small
                  label={`Take the role from ${user.username}`}
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
          </Panel>
        </Section>
      </Columns>
    </Section>
  )
}

function DeleteRole({
  role,
  members,
}: {
  readonly role: Role
  readonly members: readonly User[]
}): ReactNode {
  const [asking, setAsking] = useState(false)
  const change = useAccessChange('delete the role')
  return (
    <>
      <Button small kind="danger" icon="close" onClick={() => setAsking(true)}>
        Delete
      </Button>
      <ConfirmDialog
        open={asking}
        onClose={() => setAsking(false)}
        title={`Delete the role ${role.name}?`}
        confirm="Delete the role"
        danger
        busy={change.isPending}
        onConfirm={() =>
          change.mutate(
            {
              method: 'DELETE',
              path: '3.0/mlflow/roles/delete',
              body: { role_id: role.id },
              done: `The role ${role.name} is deleted`,
            },
            { onSuccess: () => setAsking(false) },
          )
        }
      >
        {pluralise(members.length, 'user')} would lose{' '}
        {pluralise(role.permissions.length, 'permission')}. This cannot be undone.
      </ConfirmDialog>
    </>
  )
}
