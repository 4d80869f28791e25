import { useMutation } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { Breadcrumbs } from '../kit/breadcrumbs.tsx'
import { Button } from '../kit/button.tsx'
import { CopyId } from '../kit/code.tsx'
import type { Column } from '../kit/columns.ts'
import { DataTable } from '../kit/data-table.tsx'
import { formatCount, pluralise } from '../kit/format.ts'
import { Page, PageHeader } from '../kit/page.tsx'
import { EmptyState, ErrorState, Loaded } from '../kit/states.tsx'
import { Badge } from '../kit/status.tsx'
import { RelativeTime } from '../kit/time.tsx'
import { NodeLink } from '../provenance/node-link.tsx'
import { useAudit, verifyAudit, type AuditEntry, type AuditVerdict } from './use-audit.ts'

function detail(entry: AuditEntry): string {
  return Object.entries(entry.data)
    .filter(([, value]) => value !== '' && value !== null)
    .map(([key, value]) => `${key}: ${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join(' · ')
}

const columns: readonly Column<AuditEntry>[] = [
  { id: 'seq', header: 'Link', width: 84, align: 'end', value: (entry) => entry.seq },
  {
    id: 'when',
    header: 'When',
    width: 116,
    value: (entry) => Date.parse(entry.createdAt),
    cell: (entry) => <RelativeTime time={Date.parse(entry.createdAt)} />,
  },
  { id: 'who', header: 'Who', width: 170, value: (entry) => entry.principal },
  {
    id: 'action',
    header: 'Did',
    width: 210,
    value: (entry) => entry.action,
    cell: (entry) => <code>{entry.action}</code>,
  },
  {
    id: 'subject',
    header: 'To what',
    width: 200,
    value: (entry) => entry.subject,
    cell: (entry) => <NodeLink node={entry.subject} />,
  },
  { id: 'detail', header: 'Detail', value: detail },
  {
    id: 'hash',
    header: 'Hash',
    width: 124,
    value: (entry) => entry.hash,
    cell: (entry) => <CopyId id={entry.hash} shown={entry.hash.slice(0, 12)} />,
  },
]

/** Every decision and change of rights, each linked to the one before by its hash. */
export function AuditPage(): ReactNode {
  const query = useAudit()
  const verify = useMutation({ mutationFn: verifyAudit })
  return (
    <Page title="Audit" fill>
      <Breadcrumbs crumbs={[{ label: 'Audit' }]} />
      <PageHeader
        title="Audit"
        badges={
          <>
            {query.data && <span className="muted">{pluralise(query.data.length, 'link')}</span>}
            {verify.data && <Verdict verdict={verify.data} />}
          </>
        }
        actions={
          <Button icon="approval" busy={verify.isPending} onClick={() => verify.mutate()}>
            Verify the chain
          </Button>
        }
      />
      {verify.isError && <ErrorState error={verify.error} what="verify the chain" />}
      <Loaded query={query} what="load the audit chain">
        {(entries) =>
          entries.length === 0 ? (
            <EmptyState icon="audit" title="Nothing was decided yet">
              Approvals, rejections, stage changes and changes of rights are kept here; each entry
              holds the hash of the one before, so none can be changed unseen.
            </EmptyState>
          ) : (
            <DataTable
              label="Audit chain"
              fill
              rows={entries}
              columns={columns}
              rowId={(entry) => String(entry.seq)}
            />
          )
        }
      </Loaded>
    </Page>
  )
}

function Verdict({ verdict }: { readonly verdict: AuditVerdict }): ReactNode {
  return (
    <span role="status">
      {verdict.broken === undefined ? (
        <Badge tone="ok" icon="check">
          All {formatCount(verdict.entries)} links hold
        </Badge>
      ) : (
        <Badge tone="bad" icon="cross">
          Link {verdict.broken.seq} is broken: {verdict.broken.reason}
        </Badge>
      )}
    </span>
  )
}
