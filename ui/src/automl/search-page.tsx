import { getRouteApi, Link, useNavigate } from '@tanstack/react-router'
import { useMemo, useState, type ReactNode } from 'react'
import { Breadcrumbs } from '../kit/breadcrumbs.tsx'
import { Button, buttonClass } from '../kit/button.tsx'
import { ConfirmDialog } from '../kit/dialog.tsx'
import { DataTable } from '../kit/data-table.tsx'
import { formatCount, formatMetric } from '../kit/format.ts'
import { Icon } from '../kit/icons.tsx'
import { Columns, KeyValues, Page, PageHeader, Panel, Section, type Fact } from '../kit/page.tsx'
import { EmptyState, Loaded } from '../kit/states.tsx'
import { Badge, Status } from '../kit/status.tsx'
import { Story } from '../kit/story.tsx'
import { Elapsed } from '../kit/time.tsx'
import { leaderboardColumns } from './leaderboard-columns.tsx'
import { ScoreStrip } from './score-strip.tsx'
import { useCancelSearch, useSearch } from './use-searches.ts'
import { isOpen, type Search } from './wire.ts'
import styles from './search-page.module.css'

const route = getRouteApi('/automl/$searchId')

export function SearchPage(): ReactNode {
  const { searchId } = route.useParams()
  const query = useSearch(searchId)
  const name = query.data?.name ?? searchId
  return (
    <Page title={name}>
      <Breadcrumbs crumbs={[{ label: 'AutoML', to: '/automl' }, { label: name }]} />
      <Loaded query={query} what="load the search">
        {(search) => <SearchBody search={search} />}
      </Loaded>
    </Page>
  )
}

function tablePath(search: Search): string {
  return `/tables/${search.dataset.table}?version=${search.dataset.version}`
}

function SearchBody({ search }: { readonly search: Search }): ReactNode {
  return (
    <>
      <Story
        at="trials"
        links={{ data: tablePath(search), trials: `/experiments/${search.experiment_id}` }}
      />
      <SearchHead search={search} />
      <Progress search={search} />
      <Columns>
        <div className={styles['stack']}>
          <Leaderboard search={search} />
        </div>
        <SearchSide search={search} />
      </Columns>
    </>
  )
}

function SearchHead({ search }: { readonly search: Search }): ReactNode {
  const best = search.best_trial
  return (
    <PageHeader
      title={search.name}
      badges={<Status state={search.state} />}
      facts={[
        {
          name: 'Best',
          value:
            best === null
              ? 'none yet'
              : `${search.primary_metric} ${formatMetric(best.score ?? undefined)} (${best.learner})`,
        },
        { name: 'Predicts', value: `${search.target}, ${search.problem}` },
        {
          name: 'From',
          value: (
            <Link
              to="/tables/$name"
              params={{ name: search.dataset.table }}
              search={{ version: String(search.dataset.version) }}
            >
              {search.dataset.table}@{search.dataset.version}
            </Link>
          ),
        },
      ]}
      actions={
        <>
          {search.exploration_notebook !== null && (
            <Link
              to="/workspace"
              search={{ path: search.exploration_notebook }}
              className={buttonClass()}
            >
              <Icon name="chart" /> Data exploration
            </Link>
          )}
          {isOpen(search) && <CancelButton search={search} />}
        </>
      }
    />
  )
}

function CancelButton({ search }: { readonly search: Search }): ReactNode {
  const [open, setOpen] = useState(false)
  const cancel = useCancelSearch()
  const close = () => setOpen(false)
  return (
    <>
      <Button kind="danger" icon="stop" onClick={() => setOpen(true)}>
        Cancel search
      </Button>
      <ConfirmDialog
        open={open}
        onClose={close}
        title={`Cancel ${search.name}?`}
        confirm="Cancel search"
        danger
        busy={cancel.isPending}
        onConfirm={() => cancel.mutate(search.search_id, { onSettled: close })}
      >
        <p>
          The {search.progress.running} trials that run are ended; the {search.progress.finished}{' '}
          that are scored stay on the leaderboard.
        </p>
      </ConfirmDialog>
    </>
  )
}

function Progress({ search }: { readonly search: Search }): ReactNode {
  const { total, finished, failed, running } = search.progress
  const width = (part: number) => ({ width: `${(part / Math.max(1, total)) * 100}%` })
  const minutes = ((search.ended_at ?? Date.now()) - (search.started_at ?? Date.now())) / 60_000
  const rate = minutes > 0.05 ? ` · ${formatMetric(finished / minutes, 1)} a minute` : ''
  return (
    <div>
      {search.message !== null && <p>{search.message}</p>}
      <div className={styles['progress']}>
        <div
          className={styles['bar']}
          role="progressbar"
          aria-label="Trials"
          aria-valuemin={0}
          aria-valuemax={total}
          aria-valuenow={finished + failed}
        >
          <span className={styles['done']} style={width(finished)} />
          <span className={styles['failed']} style={width(failed)} />
          <span className={styles['running']} style={width(running)} />
        </div>
        <span className="num">
          {formatCount(finished)} of {formatCount(total)} trials
          {failed > 0 ? `, ${formatCount(failed)} failed` : ''}
          {running > 0 ? `, ${formatCount(running)} running` : ''}
          {rate} ·{' '}
          <Elapsed start={search.started_at ?? undefined} end={search.ended_at ?? undefined} />
        </span>
      </div>
    </div>
  )
}

function Leaderboard({ search }: { readonly search: Search }): ReactNode {
  const navigate = useNavigate()
  const columns = useMemo(() => leaderboardColumns(search), [search])
  return (
    <Section
      title="Leaderboard"
      note={`Mean ${search.primary_metric} over ${search.folds} folds, the baseline included`}
    >
      {search.leaderboard.length === 0 ? (
        <EmptyState icon="automl" title="The first trials are on their way" />
      ) : (
        <>
          <ScoreStrip search={search} />
          <DataTable
            label="Leaderboard"
            rows={search.leaderboard}
            columns={columns}
            rowId={(trial) => String(trial.trial)}
            maxHeight={640}
            onOpen={(trial) =>
              void navigate({
                to: '/experiments/$experimentId/runs/$runId',
                params: { experimentId: search.experiment_id, runId: trial.run_id },
              })
            }
          />
        </>
      )}
    </Section>
  )
}

function SearchSide({ search }: { readonly search: Search }): ReactNode {
  const facts: Fact[] = [
    { name: 'Rows', value: formatCount(search.dataset.rows) },
    ...(search.dataset.unlabelled_rows > 0
      ? [
          {
            name: 'Left out',
            value: `${formatCount(search.dataset.unlabelled_rows)} without a target`,
          },
        ]
      : []),
    { name: 'Sampler', value: search.sampler },
    { name: 'Seed', value: String(search.seed) },
    { name: 'At once', value: String(search.parallelism) },
    { name: 'Learners', value: search.learners.join(', ') },
    {
      name: 'Experiment',
      value: (
        <Link to="/experiments/$experimentId" params={{ experimentId: search.experiment_id }}>
          All runs
        </Link>
      ),
    },
  ]
  const { used, dropped } = search.columns
  return (
    <div className={styles['stack']}>
      <Section title="How it searches">
        <Panel>
          <KeyValues facts={facts} />
        </Panel>
      </Section>
      {dropped.length > 0 && (
        <Section title="Columns left out">
          <Panel>
            <KeyValues
              facts={dropped.map((column) => ({ name: column.name, value: column.reason }))}
            />
          </Panel>
        </Section>
      )}
      <Section title="Columns used" note={String(used.length)}>
        <Panel>
          <KeyValues
            facts={used.map((column) => ({
              name: column.name,
              value: <Badge>{column.kind.replaceAll('_', ' ')}</Badge>,
            }))}
          />
        </Panel>
      </Section>
    </div>
  )
}
