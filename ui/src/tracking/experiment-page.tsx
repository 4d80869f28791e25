import { getRouteApi } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { Breadcrumbs } from '../kit/breadcrumbs.tsx'
import { CopyId } from '../kit/code.tsx'
import { Page, PageHeader } from '../kit/page.tsx'
import { Loaded } from '../kit/states.tsx'
import { Story } from '../kit/story.tsx'
import { RelativeTime } from '../kit/time.tsx'
import { RunTable } from './run-table.tsx'
import { useExperiment } from './use-experiments.ts'
import { tagOf, type Experiment } from './wire.ts'

const route = getRouteApi('/experiments/$experimentId')

export function ExperimentPage(): ReactNode {
  const { experimentId } = route.useParams()
  const query = useExperiment(experimentId)
  return (
    <Page title={query.data?.name ?? 'Experiment'} fill>
      <Breadcrumbs
        crumbs={[
          { label: 'Experiments', to: '/experiments' },
          { label: query.data?.name ?? experimentId },
        ]}
      />
      <Loaded query={query} what="load the experiment">
        {(experiment) => (
          <>
            <ExperimentHead experiment={experiment} />
            <RunTable experimentId={experimentId} />
          </>
        )}
      </Loaded>
    </Page>
  )
}

function ExperimentHead({ experiment }: { readonly experiment: Experiment }): ReactNode {
  return (
    <>
      <Story at="trials" />
      <PageHeader
        title={experiment.name}
        kicker={tagOf(experiment.tags, 'mlflow.note.content')?.split('\n')[0]}
        facts={[
          { name: 'Id', value: <CopyId id={experiment.experiment_id} /> },
          { name: 'Changed', value: <RelativeTime time={experiment.last_update_time} /> },
          { name: 'Artifacts', value: <CopyId id={experiment.artifact_location ?? ''} /> },
        ]}
      />
    </>
  )
}
