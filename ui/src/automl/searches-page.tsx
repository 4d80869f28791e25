import { Link, useNavigate } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { Breadcrumbs } from '../kit/breadcrumbs.tsx'
import type { Column } from '../kit/columns.ts'
import { DataTable } from '../kit/data-table.tsx'
import { pluralise } from '../kit/format.ts'
import { Page, PageHeader } from '../kit/page.tsx'
import { EmptyState, Loaded } from '../kit/states.tsx'
import { Status } from '../kit/status.tsx'
import { Elapsed, RelativeTime } from '../kit/time.tsx'
import { useSearches } from './use-searches.ts'
import type { SearchSummary } from './wire.ts'

const columns: readonly Column<SearchSummary>[] = [
  {
    id: 'name',
    header: 'Search',
    value: (search) => search.name,
    cell: (search) => (
      <Link to="/automl/$searchId" params={{ searchId: search.search_id }}>
        {search.name}
      </Link>
    ),
  },
  {
    id: 'state',
    header: 'Status',
    width: 130,
    value: (search) => search.state,
    cell: (search) => <Status state={search.state} />,
  },
  {
    id: 'predicts',
    header: 'Predicts',
    width: 220,
    value: (search) => `${search.target} (${search.problem})`,
  },
  {
    id: 'data',
    header: 'From',
    width: 240,
    value: (search) => `${search.dataset.table}@${search.dataset.version}`,
    cell: (search) => (
      <Link
        to="/tables/$name"
        params={{ name: search.dataset.table }}
        search={{ version: String(search.dataset.version) }}
      >
        {search.dataset.table}@{search.dataset.version}
      </Link>
    ),
  },
  { id: 'metric', header: 'Metric', width: 110, value: (search) => search.primary_metric },
  {
    id: 'took',
    header: 'Took',
    width: 110,
    align: 'end',
    value: (search) => (search.ended_at ?? 0) - (search.started_at ?? 0),
    cell: (search) => (
      <Elapsed start={search.started_at ?? undefined} end={search.ended_at ?? undefined} />
    ),
  },
  {
    id: 'created',
    header: 'Asked for',
    width: 120,
    value: (search) => search.created_at,
    cell: (search) => <RelativeTime time={search.created_at} />,
  },
]

/** AutoML searches. */
export function SearchesPage(): ReactNode {
  const query = useSearches()
  const navigate = useNavigate()
  return (
    <Page title="AutoML" fill>
      <Breadcrumbs crumbs={[{ label: 'AutoML' }]} />
      <PageHeader
        title="AutoML"
        badges={
          query.data && (
            <span className="muted">{pluralise(query.data.length, 'search', 'searches')}</span>
          )
        }
      />
      <Loaded query={query} what="load the searches">
        {(searches) =>
          searches.length === 0 ? (
            <EmptyState
              icon="automl"
              title="No searches yet"
              command="npx millrace automl main.churn.training --target Churn"
            >
              A search tries learners and settings on a table, scores each by cross-validation, and
              writes one notebook per trial that you can edit and run:
            </EmptyState>
          ) : (
            <DataTable
              label="Searches"
              fill
              rows={searches}
              columns={columns}
              rowId={(search) => search.search_id}
              onOpen={(search) =>
                void navigate({
                  to: '/automl/$searchId',
                  params: { searchId: search.search_id },
                })
              }
            />
          )
        }
      </Loaded>
    </Page>
  )
}
