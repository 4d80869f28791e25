import { getRouteApi, Link, useNavigate } from '@tanstack/react-router'
import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { Breadcrumbs } from '../kit/breadcrumbs.tsx'
import { buttonClass } from '../kit/button.tsx'
import { CopyId } from '../kit/code.tsx'
import type { Column } from '../kit/columns.ts'
import { DataTable } from '../kit/data-table.tsx'
import { Select } from '../kit/field.tsx'
import { formatBytes, formatCount, formatExactTime } from '../kit/format.ts'
import { Icon } from '../kit/icons.tsx'
import { Page, PageHeader } from '../kit/page.tsx'
import { EmptyState, Loaded } from '../kit/states.tsx'
import { Badge } from '../kit/status.tsx'
import { Story } from '../kit/story.tsx'
import { Tabs } from '../kit/tabs.tsx'
import { RelativeTime } from '../kit/time.tsx'
import { Toolbar } from '../kit/toolbar.tsx'
import { Lineage } from '../provenance/lineage.tsx'
import { ResultGrid } from './result-grid.tsx'
import { quoteName, runSql } from './run-sql.ts'
import { useTable, useTableHistory } from './use-tables.ts'
import type { Commit, Table, TableColumn } from './wire.ts'
import styles from './table-page.module.css'

const route = getRouteApi('/tables/$name')
const previewRows = 200

export function TablePage(): ReactNode {
  const { name } = route.useParams()
  const query = useTable(name)
  return (
    <Page title={name} fill>
      <Breadcrumbs crumbs={[{ label: 'Tables', to: '/tables' }, { label: name }]} />
      <Loaded query={query} what="load the table">
        {(table) => (
          <>
            <Story at="data" />
            <TableHead table={table} />
            <TableTabs table={table} />
          </>
        )}
      </Loaded>
    </Page>
  )
}

function TableHead({ table }: { readonly table: Table }): ReactNode {
  const statement = `SELECT *\nFROM ${quoteName(table.name)}\nLIMIT 100`
  return (
    <PageHeader
      title={table.name}
      badges={<Badge tone="accent">version {table.version}</Badge>}
      facts={[
        { name: 'Rows', value: formatCount(table.rows ?? undefined) },
        { name: 'Size', value: formatBytes(table.size_bytes) },
        { name: 'Last commit', value: <RelativeTime time={table.updated_at} /> },
        { name: 'Folder', value: <CopyId id={table.location} /> },
      ]}
      actions={
        <Link to="/sql" search={{ q: statement }} className={buttonClass()}>
          <Icon name="sql" /> Query it
        </Link>
      }
    />
  )
}

const tabIds = ['schema', 'preview', 'history', 'lineage'] as const

function TableTabs({ table }: { readonly table: Table }): ReactNode {
  const search = route.useSearch()
  const navigate = useNavigate({ from: '/tables/$name' })
  const set = (change: Partial<typeof search>) =>
    void navigate({ search: { ...search, ...change }, replace: true })
  const version = search.version === undefined ? table.version : Number(search.version)
  return (
    <Tabs
      label="Table"
      fill
      active={tabIds.find((id) => id === search.tab) ?? 'schema'}
      onChange={(tab) => set({ tab: tab === 'schema' ? '' : tab })}
      tabs={[
        {
          id: 'schema',
          label: 'Schema',
          count: table.columns.length,
          content: <Schema table={table} />,
        },
        {
          id: 'preview',
          label: 'Preview',
          content: (
            <Preview
              table={table}
              version={version}
              onVersion={(next) => set({ version: next === table.version ? '' : String(next) })}
            />
          ),
        },
        {
          id: 'history',
          label: 'History',
          count: table.version + 1,
          content: (
            <History
              name={table.name}
              onOpen={(commit) => set({ tab: 'preview', version: String(commit.version) })}
            />
          ),
        },
        {
          id: 'lineage',
          label: 'Lineage',
          content: <Lineage node={`table:${table.name}@${version}`} />,
        },
      ]}
    />
  )
}

const schemaColumns: readonly Column<TableColumn>[] = [
  { id: 'name', header: 'Column', width: 260, value: (column) => column.name },
  {
    id: 'type',
    header: 'Type',
    width: 180,
    value: (column) => column.type,
    cell: (column) => <code>{column.type}</code>,
  },
  {
    id: 'null',
    header: 'May be empty',
    value: (column) => (column.nullable ? 'yes' : 'no'),
  },
]

function Schema({ table }: { readonly table: Table }): ReactNode {
  return (
    <DataTable
      label="Columns"
      fill
      rows={table.columns}
      columns={schemaColumns}
      rowId={(column) => column.name}
    />
  )
}

function Preview({
  table,
  version,
  onVersion,
}: {
  readonly table: Table
  readonly version: number
  readonly onVersion: (version: number) => void
}): ReactNode {
  const statement = `SELECT * FROM ${quoteName(table.name)} VERSION AS OF ${version} LIMIT ${previewRows}`
  const query = useQuery({
    queryKey: ['tables', 'preview', table.name, version],
    staleTime: Number.POSITIVE_INFINITY,
    queryFn: ({ signal }) => runSql({ statement, rowLimit: previewRows, signal }),
  })
  const history = useTableHistory(table.name)
  const versions = history.data ?? []
  return (
    <div className={styles['fill']}>
      <Toolbar>
        <Select
          label="Version"
          value={String(version)}
          onChange={(next) => onVersion(Number(next))}
          options={
            versions.length === 0
              ? [{ value: String(version), label: `Version ${version}` }]
              : versions.map((commit) => ({
                  value: String(commit.version),
                  label: `Version ${commit.version} · ${commit.operation.toLowerCase()} · ${formatExactTime(commit.timestamp)}`,
                }))
          }
        />
      </Toolbar>
      <Loaded query={query} what="read the table">
        {(result) =>
          result.rows.length === 0 ? (
            <EmptyState icon="table" title={`Version ${version} has no rows`} />
          ) : (
            <ResultGrid result={result} label="First rows" fill />
          )
        }
      </Loaded>
    </div>
  )
}

const metricNames: Readonly<Record<string, string>> = {
  numOutputRows: 'rows written',
  numTargetRowsInserted: 'inserted',
  numTargetRowsUpdated: 'updated',
  numTargetRowsDeleted: 'deleted',
  numDeletedRows: 'deleted',
  numFiles: 'files',
}

function describeCommit(commit: Commit): string {
  return Object.entries(metricNames)
    .flatMap(([key, name]) => {
      const value = Number(commit.metrics[key] ?? 0)
      return value > 0 ? [`${formatCount(value)} ${name}`] : []
    })
    .join(', ')
}

const commitColumns: readonly Column<Commit>[] = [
  { id: 'version', header: 'Version', width: 90, align: 'end', value: (commit) => commit.version },
  { id: 'operation', header: 'Operation', width: 190, value: (commit) => commit.operation },
  {
    id: 'when',
    header: 'When',
    width: 120,
    value: (commit) => commit.timestamp,
    cell: (commit) => <RelativeTime time={commit.timestamp} />,
  },
  { id: 'what', header: 'What changed', width: 260, value: describeCommit },
  { id: 'user', header: 'By', width: 150, value: (commit) => commit.user ?? undefined },
  { id: 'engine', header: 'Written by', value: (commit) => commit.engine ?? undefined },
]

function History({
  name,
  onOpen,
}: {
  readonly name: string
  readonly onOpen: (commit: Commit) => void
}): ReactNode {
  const query = useTableHistory(name)
  return (
    <Loaded query={query} what="load the history">
      {(commits) => (
        <DataTable
          label="Commits"
          fill
          rows={commits}
          columns={commitColumns}
          rowId={(commit) => String(commit.version)}
          onOpen={onOpen}
        />
      )}
    </Loaded>
  )
}
