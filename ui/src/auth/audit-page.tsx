import { useMutation } from '@tanstack/react-query'
import { getRouteApi, useNavigate } from '@tanstack/react-router'
import { useMemo, type ReactNode } from 'react'
import { Breadcrumbs } from '../kit/breadcrumbs.tsx'
import { Button } from '../kit/button.tsx'
import { CodeBlock, CopyId } from '../kit/code.tsx'
import type { Column } from '../kit/columns.ts'
import { DataTable } from '../kit/data-table.tsx'
import { Dialog } from '../kit/dialog.tsx'
import { SearchInput } from '../kit/field.tsx'
import { formatCount, formatExactTime, pluralise } from '../kit/format.ts'
import { KeyValues, Page, PageHeader } from '../kit/page.tsx'
import { EmptyState, ErrorState, Loaded } from '../kit/states.tsx'
import { Badge } from '../kit/status.tsx'
import { RelativeTime } from '../kit/time.tsx'
import { Toolbar } from '../kit/toolbar.tsx'
import { NodeLink } from '../provenance/node-link.tsx'
import { useAudit, verifyAudit, type AuditEntry, type AuditVerdict } from './use-audit.ts'

const route = getRouteApi('/admin/audit')

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
  { id: 'who', header: 'Who', width: 200, value: (entry) => entry.principal },
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
  const search = route.useSearch()
  const navigate = useNavigate({ from: '/admin/audit' })
  const query = useAudit()
  const verify = useMutation({ mutationFn: verifyAudit })
  const wanted = (search.q ?? '').toLowerCase()
  const found = useMemo(
    () => query.data?.filter((entry) => textOf(entry).includes(wanted)),
    [query.data, wanted],
  )
  const opened = query.data?.find((entry) => String(entry.seq) === search.link)
  const set = (change: Partial<typeof search>, replace = false) =>
    void navigate({ search: { ...search, ...change }, replace })
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
      <Toolbar>
        <SearchInput
          label="Find in the audit chain"
          placeholder="Find by who, what or detail"
          value={search.q ?? ''}
          onChange={(event) => set({ q: event.target.value }, true)}
        />
      </Toolbar>
      <Loaded query={{ ...query, data: found }} what="load the audit chain">
        {(entries) =>
          entries.length === 0 && wanted !== '' ? (
            <EmptyState icon="search" title="No entry has this text" />
          ) : entries.length === 0 ? (
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
              onOpen={(entry) => set({ link: String(entry.seq) })}
              footer={`${formatCount(entries.length)} shown`}
            />
          )
        }
      </Loaded>
      {opened !== undefined && (
        <EntryDialog entry={opened} onClose={() => set({ link: '' }, true)} />
      )}
    </Page>
  )
}

/** Where a search looks. */
function textOf(entry: AuditEntry): string {
  return `${entry.principal} ${entry.action} ${entry.subject} ${detail(entry)}`.toLowerCase()
}

/** The whole of one entry, as it is hashed. */
function EntryDialog({
  entry,
  onClose,
}: {
  readonly entry: AuditEntry
  readonly onClose: () => void
}): ReactNode {
  return (
    <Dialog
      open
      onClose={onClose}
      title={`Link ${entry.seq}: ${entry.action}`}
      wide
      actions={<Button onClick={onClose}>Close</Button>}
    >
      <KeyValues
        facts={[
          { name: 'When', value: formatExactTime(Date.parse(entry.createdAt)) },
          { name: 'Who', value: entry.principal },
          { name: 'To what', value: <NodeLink node={entry.subject} /> },
          { name: 'Hash', value: <CopyId id={entry.hash} /> },
        ]}
      />
      <CodeBlock
        text={JSON.stringify(entry.data, null, 2)}
        language="What was decided"
        maxHeight={360}
      />
    </Dialog>
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
