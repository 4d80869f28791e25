import { getRouteApi, useNavigate } from '@tanstack/react-router'
import { useState, type ReactNode } from 'react'
import { Breadcrumbs } from '../kit/breadcrumbs.tsx'
import { Button } from '../kit/button.tsx'
import type { Column } from '../kit/columns.ts'
import { DataTable } from '../kit/data-table.tsx'
import { pluralise } from '../kit/format.ts'
import { Page, PageHeader } from '../kit/page.tsx'
import { EmptyState, ErrorState, Loaded } from '../kit/states.tsx'
import { Badge } from '../kit/status.tsx'
import { Tabs } from '../kit/tabs.tsx'
import { NewRole, NewUser } from './access-forms.tsx'
import { RolePanel } from './role-panel.tsx'
import { TokensPanel } from './tokens-panel.tsx'
import { useLogin, useRoles, useUsers, type Login } from './use-access.ts'
import { UserPanel } from './user-panel.tsx'
import { isPersonal, type Role, type User } from './wire.ts'
import styles from './access.module.css'

const route = getRouteApi('/admin/access')
const noRoles: readonly Role[] = []
const noUsers: readonly User[] = []

/** Who may use the server, and what for: users, roles, permissions, tokens. */
export function AccessPage(): ReactNode {
  const login = useLogin()
  return (
    <Page title="Users and roles">
      <Breadcrumbs crumbs={[{ label: 'Users and roles' }]} />
      <PageHeader title="Users and roles" />
      <Loaded query={login} what="find out who you are">
        {(found) => <AccessTabs login={found} />}
      </Loaded>
    </Page>
  )
}

function AccessTabs({ login }: { readonly login: Login }): ReactNode {
  const search = route.useSearch()
  const navigate = useNavigate({ from: '/admin/access' })
  const users = useUsers()
  const roles = useRoles(login.user.is_admin)
  const named = roles.data?.filter((role) => !isPersonal(role))
  const tabs = ['users', 'roles', 'tokens'] as const
  const active = tabs.find((tab) => tab === search.tab) ?? 'users'
  return (
    <Tabs
      label="Users and roles"
      active={active}
      onChange={(tab) => void navigate({ search: tab === 'users' ? {} : { tab } })}
      tabs={[
        {
          id: 'users',
          label: 'Users',
          count: users.data?.length,
          content: <UsersTab login={login} users={users} roles={named ?? noRoles} />,
        },
        {
          id: 'roles',
          label: 'Roles',
          count: named?.length,
          content: (
            <RolesTab login={login} users={users.data ?? noUsers} roles={roles} named={named} />
          ),
        },
        { id: 'tokens', label: 'My tokens', content: <TokensPanel /> },
      ]}
    />
  )
}

const userColumns: readonly Column<User>[] = [
  { id: 'name', header: 'User', width: 220, value: (user) => user.username },
  {
    id: 'admin',
    header: 'May',
    width: 180,
    value: (user) => (user.is_admin ? 'everything' : 'what permissions allow'),
    cell: (user) =>
      user.is_admin ? (
        <Badge tone="warn" icon="key">
          admin: everything
        </Badge>
      ) : (
        <span className="muted">what is permitted</span>
      ),
  },
  {
    id: 'roles',
    header: 'Roles',
    value: (user) => rolesOf(user).join(', '),
    cell: (user) => (
      <span className={styles['badges']}>
        {rolesOf(user).map((name) => (
          <Badge key={name} tone="accent">
            {name}
          </Badge>
        ))}
      </span>
    ),
  },
  {
    id: 'own',
    header: 'Own permissions',
    width: 150,
    align: 'end',
    value: (user) => user.roles.find(isPersonal)?.permissions.length ?? 0,
  },
]

function rolesOf(user: User): string[] {
  return user.roles.filter((role) => !isPersonal(role)).map((role) => role.name)
}

function UsersTab({
  login,
  users,
  roles,
}: {
  readonly login: Login
  readonly users: ReturnType<typeof useUsers>
  readonly roles: readonly Role[]
}): ReactNode {
  const search = route.useSearch()
  const navigate = useNavigate({ from: '/admin/access' })
  const [making, setMaking] = useState(false)
  if (!login.is_basic_auth) return <NobodyLogsIn />
  const { username: me, is_admin: mayChange } = login.user
  return (
    <div className={styles['stack']}>
      {mayChange && (
        <div>
          <Button icon="plus" onClick={() => setMaking(true)}>
            New user
          </Button>
        </div>
      )}
      <Loaded query={users} what="load the users">
        {(found) => {
          const chosen = found.find((user) => user.username === search.user)
          return (
            <>
              <DataTable
                label="Users"
                rows={found}
                columns={userColumns}
                rowId={(user) => user.username}
                maxHeight={360}
                footer={mayChange ? 'Enter or a click shows what a user may do' : undefined}
                {...(mayChange
                  ? { onOpen: (user: User) => void navigate({ search: { user: user.username } }) }
                  : {})}
              />
              {chosen !== undefined && mayChange && (
                <UserPanel
                  key={chosen.username}
                  user={chosen}
                  roles={roles}
                  isMe={chosen.username === me}
                />
              )}
            </>
          )
        }}
      </Loaded>
      {making && (
        <NewUser
          onClose={() => setMaking(false)}
          onMade={(user) => void navigate({ search: { user } })}
        />
      )}
    </div>
  )
}

function NobodyLogsIn(): ReactNode {
  return (
    <EmptyState
      icon="user"
      title="Nobody logs in to this server"
      command="MILLRACE_ADMIN_PASSWORD=… npx millrace server --auth basic"
    >
      It answers only on this machine, and whoever reaches it is its owner. With users it asks for a
      name and a password, and permissions say who may do what:
    </EmptyState>
  )
}

function roleColumns(users: readonly User[]): Column<Role>[] {
  return [
    { id: 'name', header: 'Role', width: 220, value: (role) => role.name },
    { id: 'description', header: 'For', value: (role) => role.description ?? undefined },
    {
      id: 'permissions',
      header: 'Permissions',
      width: 130,
      align: 'end',
      value: (role) => role.permissions.length,
    },
    {
      id: 'members',
      header: 'Users',
      width: 100,
      align: 'end',
      value: (role) => membersOf(role, users).length,
    },
  ]
}

function membersOf(role: Role, users: readonly User[]): User[] {
  return users.filter((user) => user.roles.some(({ id }) => id === role.id))
}

function RolesTab({
  login,
  users,
  roles,
  named,
}: {
  readonly login: Login
  readonly users: readonly User[]
  readonly roles: ReturnType<typeof useRoles>
  readonly named: readonly Role[] | undefined
}): ReactNode {
  const search = route.useSearch()
  const navigate = useNavigate({ from: '/admin/access' })
  const [making, setMaking] = useState(false)
  if (!login.is_basic_auth) return <NobodyLogsIn />
  if (!login.user.is_admin) {
    return <ErrorState error={new Error('Only an admin sees roles.')} what="load the roles" />
  }
  const make = (
    <Button icon="plus" onClick={() => setMaking(true)}>
      New role
    </Button>
  )
  return (
    <div className={styles['stack']}>
      {named !== undefined && named.length > 0 && <div>{make}</div>}
      <Loaded query={{ ...roles, data: named }} what="load the roles">
        {(found) =>
          found.length === 0 ? (
            <EmptyState icon="user" title="No roles yet" action={make}>
              A role is a set of permissions under a name, given to several users at once.
            </EmptyState>
          ) : (
            <DataTable
              label="Roles"
              rows={found}
              columns={roleColumns(users)}
              rowId={(role) => String(role.id)}
              maxHeight={320}
              onOpen={(role) => void navigate({ search: { tab: 'roles', role: String(role.id) } })}
              footer={pluralise(found.length, 'role')}
            />
          )
        }
      </Loaded>
      {(named ?? []).map((role) =>
        String(role.id) === search.role ? (
          <RolePanel key={role.id} role={role} members={membersOf(role, users)} />
        ) : null,
      )}
      {making && <NewRole onClose={() => setMaking(false)} />}
    </div>
  )
}
