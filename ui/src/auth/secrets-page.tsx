import { getRouteApi, useNavigate } from '@tanstack/react-router'
import { useState, type FormEvent, type ReactNode } from 'react'
import { Breadcrumbs } from '../kit/breadcrumbs.tsx'
import { Button } from '../kit/button.tsx'
import type { Column } from '../kit/columns.ts'
import { DataTable } from '../kit/data-table.tsx'
import { Dialog } from '../kit/dialog.tsx'
import { pluralise } from '../kit/format.ts'
import { Field, Input } from '../kit/field.tsx'
import { Page, PageHeader } from '../kit/page.tsx'
import { EmptyState, Loaded } from '../kit/states.tsx'
import { ScopePanel } from './scope-panel.tsx'
import { useAccessChange } from './use-access.ts'
import { useSecretScopes, type SecretScope } from './use-secrets.ts'

const route = getRouteApi('/admin/secrets')

const columns: readonly Column<SecretScope>[] = [
  { id: 'name', header: 'Scope', width: 240, value: (scope) => scope.name },
  {
    id: 'use',
    header: 'In a job',
    value: (scope) => `{{secrets/${scope.name}/KEY}}`,
    cell: (scope) => <code>{`{{secrets/${scope.name}/KEY}}`}</code>,
  },
]

/** Named values that jobs read and nobody sees: scopes, their secrets, who may use them. */
export function SecretsPage(): ReactNode {
  const search = route.useSearch()
  const navigate = useNavigate({ from: '/admin/secrets' })
  const [making, setMaking] = useState(false)
  const query = useSecretScopes()
  const chosen = query.data?.find((scope) => scope.name === search.scope) ?? query.data?.[0]
  const show = (scope: string) => void navigate({ search: { scope } })
  const make = (
    <Button icon="plus" onClick={() => setMaking(true)}>
      New scope
    </Button>
  )
  return (
    <Page title="Secrets">
      <Breadcrumbs crumbs={[{ label: 'Secrets' }]} />
      <PageHeader
        title="Secret scopes"
        actions={query.data?.length === 0 ? undefined : make}
        facts={[{ name: 'At rest', value: 'sealed with the key of this server' }]}
      />
      <Loaded query={query} what="load the secret scopes">
        {(scopes) =>
          scopes.length === 0 ? (
            <EmptyState icon="key" title="No secrets yet" action={make}>
              A scope holds passwords and keys that jobs read by name. Values are encrypted at rest,
              masked in logs, and never shown again.
            </EmptyState>
          ) : (
            <DataTable
              label="Secret scopes"
              rows={scopes}
              columns={columns}
              rowId={(scope) => scope.name}
              maxHeight={280}
              onOpen={(scope) => show(scope.name)}
              footer={pluralise(scopes.length, 'scope')}
            />
          )
        }
      </Loaded>
      {chosen !== undefined && <ScopePanel key={chosen.name} scope={chosen.name} />}
      {making && <NewScope onClose={() => setMaking(false)} onMade={show} />}
    </Page>
  )
}

function NewScope({
  onClose,
  onMade,
}: {
  readonly onClose: () => void
  readonly onMade: (scope: string) => void
}): ReactNode {
  const [name, setName] = useState('')
  const change = useAccessChange('make the scope')
  const refusal = name.trim() === '' ? 'Give the scope a name' : undefined
  const save = (event?: FormEvent) => {
    event?.preventDefault()
    if (refusal !== undefined) return
    const scope = name.trim()
    change.mutate(
      { method: 'POST', path: '2.0/secrets/scopes/create', body: { scope } },
      {
        onSuccess: () => {
          onMade(scope)
          onClose()
        },
      },
    )
  }
  return (
    <Dialog
      open
      onClose={onClose}
      title="New secret scope"
      actions={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button kind="primary" refusal={refusal} busy={change.isPending} onClick={() => save()}>
            Make the scope
          </Button>
        </>
      }
    >
      <form onSubmit={save}>
        <Field label="Scope name" hint="You may manage it; give others permissions afterwards">
          {(id, describedBy) => (
            <Input
              id={id}
              aria-describedby={describedBy}
              placeholder="warehouse"
              value={name}
              onChange={(event) => setName(event.target.value)}
            />
          )}
        </Field>
      </form>
    </Dialog>
  )
}
