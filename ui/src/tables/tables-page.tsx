import { getRouteApi, Link, useNavigate } from '@tanstack/react-router'
import { useMemo, type ReactNode } from 'react'
import { Breadcrumbs } from '../kit/breadcrumbs.tsx'
import { formatSort, parseSort, type Column } from '../kit/columns.ts'
import { DataTable } from '../kit/data-table.tsx'
import { SearchInput } from '../kit/field.tsx'
import { formatBytes, formatCount, pluralise } from '../kit/format.ts'
import { Page, PageHeader } from '../kit/page.tsx'
import { EmptyState, Loaded } from '../kit/states.tsx'
import { RelativeTime } from '../kit/time.tsx'
import { Toolbar } from '../kit/toolbar.tsx'
import { useTables } from './use-tables.ts'
import type { Table } from './wire.ts'

const route = getRouteApi('/tables')

const columns: readonly Column<Table>[] = [
  {
    id: 'name',
    header: 'Table',
    value: (table) => table.name,
    cell: (table) => (
      <Link to="/tables/$name" params={{ name: table.name }} title={table.name}>
        {table.name}
      </Link>
    ),
  },
  {
    id: 'rows',
    header: 'Rows',
    width: 120,
    align: 'end',
    value: (table) => table.rows ?? undefined,
    cell: (table) => formatCount(table.rows ?? undefined),
  },
  {
    id: 'columns',
    header: 'Columns',
    width: 96,
    align: 'end',
    value: (table) => table.columns.length,
  },
  {
    id: 'size',
    header: 'Size',
    width: 110,
    align: 'end',
    value: (table) => table.size_bytes,
    cell: (table) => formatBytes(table.size_bytes),
  },
  {
    id: 'version',
    header: 'Version',
    width: 92,
    align: 'end',
    value: (table) => table.version,
  },
  {
    id: 'updated',
    header: 'Last commit',
    width: 130,
    value: (table) => table.updated_at,
    cell: (table) => <RelativeTime time={table.updated_at} />,
  },
]

/** The catalog. */
export function TablesPage(): ReactNode {
  const search = route.useSearch()
  const navigate = useNavigate({ from: '/tables' })
  const query = useTables()
  const wanted = (search.q ?? '').toLowerCase()
  const rows = useMemo(
    () => query.data?.filter((table) => table.name.toLowerCase().includes(wanted)),
    [query.data, wanted],
  )
  const sort = useMemo(() => parseSort(search.sort ?? 'name'), [search.sort])
  return (
    <Page title="Tables" fill>
      <Breadcrumbs crumbs={[{ label: 'Tables' }]} />
      <PageHeader
        title="Tables"
        badges={
          query.data && <span className="muted">{pluralise(query.data.length, 'table')}</span>
        }
      />
      <Toolbar>
        <SearchInput
          label="Find a table by name"
          placeholder="Find by name"
          value={search.q ?? ''}
          onChange={(event) =>
            void navigate({ search: { ...search, q: event.target.value }, replace: true })
          }
        />
      </Toolbar>
      <Loaded query={{ ...query, data: rows }} what="load the tables">
        {(found) =>
          found.length === 0 ? (
            <NoTables filtered={wanted !== ''} />
          ) : (
            <DataTable
              label="Tables"
              fill
              rows={found}
              columns={columns}
              rowId={(table) => table.name}
              sort={sort}
              onSort={(next) =>
                void navigate({ search: { ...search, sort: formatSort(next) ?? '' } })
              }
              onOpen={(table) =>
                void navigate({ to: '/tables/$name', params: { name: table.name } })
              }
              footer={`${formatCount(found.length)} shown`}
            />
          )
        }
      </Loaded>
    </Page>
  )
}

function NoTables({ filtered }: { readonly filtered: boolean }): ReactNode {
  if (filtered) return <EmptyState icon="search" title="No table matches" />
  return (
    <EmptyState
      icon="table"
      title="No tables yet"
      command={'npx millrace sql "CREATE TABLE main.default.first AS SELECT 1 AS id"'}
    >
      Tables hold the data that features, searches and predictions read and write. Every commit
      keeps the version before it:
    </EmptyState>
  )
}
