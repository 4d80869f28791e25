import { useQuery } from '@tanstack/react-query'
import { getRouteApi, useNavigate } from '@tanstack/react-router'
import { lazy, Suspense, useMemo, useState, type ReactNode } from 'react'
import { Breadcrumbs } from '../kit/breadcrumbs.tsx'
import { Button } from '../kit/button.tsx'
import { Page, PageHeader } from '../kit/page.tsx'
import { EmptyState, ErrorState, SkeletonBlock, SkeletonRows } from '../kit/states.tsx'
import { ResultGrid } from './result-grid.tsx'
import { runSql } from './run-sql.ts'
import { useTables } from './use-tables.ts'
import styles from './sql-page.module.css'

const SqlEditor = lazy(async () => {
  const { SqlEditor: component } = await import('./sql-editor.tsx')
  return { default: component }
})

const route = getRouteApi('/sql')
const rowLimit = 10_000

/** One statement and its rows; the statement that ran is in the URL. */
export function SqlPage(): ReactNode {
  const { q: ran = '' } = route.useSearch()
  const navigate = useNavigate({ from: '/sql' })
  const [text, setText] = useState(ran)
  const [asked, setAsked] = useState(/^\s*(?:select|with|describe|show)\b/i.test(ran) ? 1 : 0)
  const tables = useTables()
  const schema = useMemo(
    () =>
      Object.fromEntries(
        (tables.data ?? []).map((table) => [
          table.name,
          table.columns.map((column) => column.name),
        ]),
      ),
    [tables.data],
  )
  const query = useQuery({
    queryKey: ['tables', 'sql', ran, asked],
    enabled: ran !== '' && asked > 0,
    retry: false,
    staleTime: Number.POSITIVE_INFINITY,
    refetchOnWindowFocus: false,
    refetchOnReconnect: false,
    queryFn: ({ signal }) => runSql({ statement: ran, rowLimit, signal }),
  })
  const run = () => {
    if (text.trim() === '') return
    setAsked(asked + 1)
    void navigate({ search: { q: text }, replace: ran === '' })
  }
  return (
    <Page title="SQL" fill>
      <Breadcrumbs crumbs={[{ label: 'SQL' }]} />
      <PageHeader title="SQL" />
      <div className={styles['editor']}>
        <Suspense fallback={<SkeletonBlock height={218} />}>
          <SqlEditor value={text} schema={schema} onChange={setText} onRun={run} />
        </Suspense>
      </div>
      <div className={styles['bar']}>
        <Button kind="primary" icon="run" busy={query.isFetching} onClick={run}>
          Run
        </Button>
        <span className="muted">
          Ctrl Enter · at most {rowLimit.toLocaleString('en-US')} rows are shown
        </span>
      </div>
      {query.isError && <ErrorState error={query.error} what="run the statement" />}
      {query.isFetching && <SkeletonRows />}
      {query.data !== undefined && !query.isFetching && <Result result={query.data} />}
    </Page>
  )
}

function Result({ result }: { readonly result: Awaited<ReturnType<typeof runSql>> }): ReactNode {
  if (result.columns.length === 0) {
    return <EmptyState icon="check" title="Done; the statement returns no rows" />
  }
  return <ResultGrid result={result} label="Result" fill />
}
