import { useState, type ReactNode } from 'react'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { requestJson } from '../api/http.ts'
import { Button } from '../kit/button.tsx'
import { CodeBlock } from '../kit/code.tsx'
import type { Column } from '../kit/columns.ts'
import { DataTable } from '../kit/data-table.tsx'
import { ConfirmDialog, Dialog } from '../kit/dialog.tsx'
import { Field, Input, Select } from '../kit/field.tsx'
import { Section } from '../kit/page.tsx'
import { EmptyState, Loaded } from '../kit/states.tsx'
import { RelativeTime } from '../kit/time.tsx'
import { sayFailed } from '../kit/toast.tsx'
import { useAccessChange } from './use-access.ts'
import styles from './access.module.css'

interface Token {
  readonly token_id: string
  readonly comment: string
  readonly creation_time: number
  /** Epoch milliseconds; -1 for never. */
  readonly expiry_time: number
}

/** The caller's tokens: bearer credentials for programs. */
export function TokensPanel(): ReactNode {
  const [making, setMaking] = useState(false)
  const [ending, setEnding] = useState<Token>()
  const query = useQuery({
    queryKey: ['access', 'tokens'],
    queryFn: async ({ signal }) => {
      const path = '/api/2.0/token/list'
      const answer = await requestJson<{ token_infos?: readonly Token[] }>(path, { signal })
      return answer.token_infos ?? []
    },
  })
  const make = (
    <Button icon="plus" onClick={() => setMaking(true)}>
      New token
    </Button>
  )
  return (
    <Section title="My tokens" actions={query.data?.length === 0 ? undefined : make}>
      <Loaded query={query} what="load your tokens">
        {(tokens) =>
          tokens.length === 0 ? (
            <EmptyState icon="key" title="No tokens yet" action={make}>
              A token lets a program act as you without your password: CI, a script, an application.
              Give it to MLflow as MLFLOW_TRACKING_TOKEN, to databricks-sdk as DATABRICKS_TOKEN.
            </EmptyState>
          ) : (
            <DataTable
              label="Tokens"
              rows={tokens}
              columns={tokenColumns(setEnding)}
              rowId={(token) => token.token_id}
            />
          )
        }
      </Loaded>
      {making && <MakeToken onClose={() => setMaking(false)} />}
      {ending !== undefined && <EndToken token={ending} onClose={() => setEnding(undefined)} />}
    </Section>
  )
}

function tokenColumns(onEnd: (token: Token) => void): Column<Token>[] {
  return [
    { id: 'comment', header: 'For', value: (token) => token.comment || token.token_id },
    {
      id: 'created',
      header: 'Made',
      width: 130,
      value: (token) => token.creation_time,
      cell: (token) => <RelativeTime time={token.creation_time} />,
    },
    {
      id: 'expires',
      header: 'Expires',
      width: 130,
      value: (token) => token.expiry_time,
      cell: (token) =>
        token.expiry_time < 0 ? 'never' : <RelativeTime time={token.expiry_time} />,
    },
    {
      id: 'end',
      header: '',
      width: 100,
      cell: (token) => (
        <Button small kind="danger" onClick={() => onEnd(token)}>
          Revoke
        </Button>
      ),
    },
  ]
}

function EndToken({
  token,
  onClose,
}: {
  readonly token: Token
  readonly onClose: () => void
}): ReactNode {
  const change = useAccessChange('revoke the token')
  const name = token.comment || token.token_id
  return (
    <ConfirmDialog
      open
      onClose={onClose}
      title={`Revoke the token ${name}?`}
      confirm="Revoke"
      danger
      busy={change.isPending}
      onConfirm={() =>
        change.mutate(
          {
            method: 'POST',
            path: '2.0/token/delete',
            body: { token_id: token.token_id },
            done: `The token ${name} is revoked`,
          },
          { onSuccess: onClose },
        )
      }
    >
      Whatever uses it is refused from now on. This cannot be undone.
    </ConfirmDialog>
  )
}

const lifetimes = [
  { value: '30', label: '30 days' },
  { value: '90', label: '90 days' },
  { value: '365', label: 'One year' },
  { value: '', label: 'Never expires' },
] as const
const daySeconds = 86_400

function MakeToken({ onClose }: { readonly onClose: () => void }): ReactNode {
  const [comment, setComment] = useState('')
  const [days, setDays] = useState<(typeof lifetimes)[number]['value']>('90')
  const client = useQueryClient()
  const make = useMutation({
    mutationFn: () =>
      requestJson<{ token_value: string }>('/api/2.0/token/create', {
        method: 'POST',
        body: { comment, ...(days === '' ? {} : { lifetime_seconds: Number(days) * daySeconds }) },
      }),
    onError: (error) => sayFailed('make the token', error),
    onSettled: () => client.invalidateQueries({ queryKey: ['access'] }),
  })
  if (make.data !== undefined) {
    return (
      <Dialog
        open
        onClose={onClose}
        title="Copy the token now"
        actions={
          <Button kind="primary" onClick={onClose}>
            I have it
          </Button>
        }
      >
        <div className={styles['secret']}>
          <CodeBlock text={make.data.token_value} language="Token" />
          <p className="muted">The server keeps only its hash: it is shown this once.</p>
        </div>
      </Dialog>
    )
  }
  return (
    <Dialog
      open
      onClose={onClose}
      title="New token"
      actions={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button kind="primary" busy={make.isPending} onClick={() => make.mutate()}>
            Make it
          </Button>
        </>
      }
    >
      <div className={styles['stack']}>
        <Field label="What it is for" hint="You see it in the list, nobody else does">
          {(id, describedBy) => (
            <Input
              id={id}
              aria-describedby={describedBy}
              placeholder="CI of the churn repository"
              value={comment}
              onChange={(event) => setComment(event.target.value)}
            />
          )}
        </Field>
        <Field label="Lifetime">
          {(id) => <Select id={id} value={days} onChange={setDays} options={lifetimes} />}
        </Field>
      </div>
    </Dialog>
  )
}
