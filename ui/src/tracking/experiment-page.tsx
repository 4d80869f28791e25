import { getRouteApi, useNavigate } from '@tanstack/react-router'
import { useState, type ReactNode } from 'react'
import { Breadcrumbs } from '../kit/breadcrumbs.tsx'
import { Button } from '../kit/button.tsx'
import { CopyId } from '../kit/code.tsx'
import { Dialog } from '../kit/dialog.tsx'
import { Segments } from '../kit/field.tsx'
import { Page, PageHeader } from '../kit/page.tsx'
import { Loaded } from '../kit/states.tsx'
import { Badge } from '../kit/status.tsx'
import { Story } from '../kit/story.tsx'
import { RelativeTime } from '../kit/time.tsx'
import { Note, noteKey } from './note.tsx'
import { TagList } from './tag-list.tsx'
import { RunTable } from './run-table.tsx'
import { TraceTable } from './trace-table.tsx'
import { useExperiment, useSetExperimentTag } from './use-experiments.ts'
import { useMoveExperiment } from './use-run-lifecycle.ts'
import { tagOf, type Experiment, type Tag } from './wire.ts'

const route = getRouteApi('/experiments/$experimentId')

export function ExperimentPage(): ReactNode {
  const { experimentId } = route.useParams()
  const { tab } = route.useSearch()
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
            {tab === 'traces' ? (
              <TraceTable experimentId={experimentId} />
            ) : (
              <RunTable experimentId={experimentId} />
            )}
          </>
        )}
      </Loaded>
    </Page>
  )
}

function ExperimentHead({ experiment }: { readonly experiment: Experiment }): ReactNode {
  const [editing, setEditing] = useState(false)
  const note = tagOf(experiment.tags, noteKey)
  const search = route.useSearch()
  const navigate = useNavigate({ from: '/experiments/$experimentId' })
  return (
    <>
      <Story at="trials" />
      <PageHeader
        title={experiment.name}
        badges={experiment.lifecycle_stage === 'deleted' && <Badge tone="bad">Deleted</Badge>}
        kicker={note?.split('\n')[0]}
        actions={
          <>
            <Segments
              label="What is shown"
              value={search.tab === 'traces' ? 'traces' : 'runs'}
              options={[
                { value: 'runs', label: 'Runs' },
                { value: 'traces', label: 'Traces' },
              ]}
              onChange={(tab) => void navigate({ search: tab === 'traces' ? { tab } : {} })}
            />
            <Button icon="file" onClick={() => setEditing(true)}>
              Note and tags
            </Button>
          </>
        }
        facts={[
          { name: 'Id', value: <CopyId id={experiment.experiment_id} /> },
          { name: 'Changed', value: <RelativeTime time={experiment.last_update_time} /> },
          { name: 'Artifacts', value: <CopyId id={experiment.artifact_location ?? ''} /> },
          ...ownTags(experiment)
            .slice(0, 4)
            .map(({ key, value }) => ({ name: key, value })),
        ]}
      />
      <NoteDialog experiment={experiment} open={editing} onClose={() => setEditing(false)} />
    </>
  )
}

function LifecycleButton({
  experiment,
  onDone,
}: {
  readonly experiment: Experiment
  readonly onDone: () => void
}): ReactNode {
  const deleted = experiment.lifecycle_stage === 'deleted'
  const move = useMoveExperiment(deleted ? 'restore' : 'delete')
  if (experiment.experiment_id === '0') return null
  return (
    <Button
      kind={deleted ? 'default' : 'danger'}
      icon={deleted ? 'retry' : 'close'}
      busy={move.isPending}
      onClick={() => move.mutate(experiment.experiment_id, { onSuccess: onDone })}
    >
      {deleted ? 'Restore' : 'Delete'} the experiment
    </Button>
  )
}

/** The tags that people set; MLflow's and saved views are told elsewhere. */
function ownTags(experiment: Experiment): Tag[] {
  return (experiment.tags ?? []).filter(({ key }) => !/^(?:mlflow|millrace)\./.test(key))
}

/** The run table has the page; the note opens over it. */
function NoteDialog({
  experiment,
  open,
  onClose,
}: {
  readonly experiment: Experiment
  readonly open: boolean
  readonly onClose: () => void
}): ReactNode {
  const setTag = useSetExperimentTag(experiment.experiment_id)
  return (
    <Dialog
      open={open}
      onClose={onClose}
      title={experiment.name}
      wide
      actions={
        <>
          <LifecycleButton experiment={experiment} onDone={onClose} />
          <Button onClick={onClose}>Close</Button>
        </>
      }
    >
      <Note
        about="experiment"
        text={tagOf(experiment.tags, noteKey)}
        onSave={(value) => setTag.mutate({ key: noteKey, value })}
      />
      <TagList
        tags={ownTags(experiment)}
        busy={setTag.isPending}
        onChange={(change) => setTag.mutate(change)}
      />
    </Dialog>
  )
}
