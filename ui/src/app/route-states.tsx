import { Link, type ErrorComponentProps } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { buttonClass } from '../kit/button.tsx'
import { Page, PageHeader } from '../kit/page.tsx'
import { EmptyState, ErrorState, SkeletonBlock, SkeletonRows } from '../kit/states.tsx'

export function RoutePending(): ReactNode {
  return (
    <Page title="Loading">
      <SkeletonBlock height={28} />
      <SkeletonRows />
    </Page>
  )
}

export function RouteError({ error, reset }: ErrorComponentProps): ReactNode {
  return (
    <Page title="Error">
      <PageHeader title="This page could not be shown" />
      <ErrorState error={error} what="show this page" onRetry={reset} />
    </Page>
  )
}

export function NotFound(): ReactNode {
  return (
    <Page title="Not found">
      <PageHeader title="There is no page at this address" />
      <EmptyState
        icon="search"
        title="It may have moved, or the address has a typo"
        action={
          <Link to="/" className={buttonClass()}>
            Go home
          </Link>
        }
      >
        Ctrl-K finds experiments, runs, models, jobs and tables by name or id.
      </EmptyState>
    </Page>
  )
}
