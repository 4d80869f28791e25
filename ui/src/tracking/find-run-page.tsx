import { getRouteApi, Navigate } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { Page } from '../kit/page.tsx'
import { Loaded } from '../kit/states.tsx'
import { useRun } from './use-runs.ts'

const route = getRouteApi('/find/run/$runId')

/** Goes on to the page of a run whose experiment is not known yet. */
export function FindRunPage(): ReactNode {
  const { runId } = route.useParams()
  const query = useRun(runId)
  return (
    <Page title="Run">
      <Loaded query={query} what="find the run">
        {({ info }) => (
          <Navigate
            to="/experiments/$experimentId/runs/$runId"
            params={{ experimentId: info.experiment_id, runId }}
            replace
          />
        )}
      </Loaded>
    </Page>
  )
}
