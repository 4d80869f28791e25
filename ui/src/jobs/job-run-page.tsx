import { getRouteApi, Link, useNavigate } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { Breadcrumbs } from '../kit/breadcrumbs.tsx'
import { CopyId } from '../kit/code.tsx'
import { Segments } from '../kit/field.tsx'
import { Facts, Page, PageHeader, Section } from '../kit/page.tsx'
import { EmptyState, Loaded } from '../kit/states.tsx'
import { Status } from '../kit/status.tsx'
import { Elapsed, RelativeTime } from '../kit/time.tsx'
import { newestAttempts, RunDag } from './dag.tsx'
import { describeRunTrigger } from './describe-trigger.ts'
import { Gantt } from './gantt.tsx'
import { RunActions } from './run-actions.tsx'
import { RunBanner } from './run-banner.tsx'
import { TaskPanel } from './task-panel.tsx'
import { useJobRun } from './use-job-runs.ts'
import { useRunGraph } from './use-run-graph.ts'
import { hasFailed, stateOf, type JobRun, type RunTask } from './wire.ts'
import styles from './job-run-page.module.css'

const route = getRouteApi('/jobs/runs/$runId')

export function JobRunPage(): ReactNode {
  const { runId } = route.useParams()
  const query = useJobRun(runId)
  const run = query.data
  const name = run?.run_name ?? `Run ${runId}`
  return (
    <Page title={`${name} · run ${runId}`}>
      <Breadcrumbs
        crumbs={[
          { label: 'Jobs', to: '/jobs' },
          ...(run?.job_id === undefined ? [] : [{ label: name, to: `/jobs/${run.job_id}` }]),
          { label: `Run ${runId}` },
        ]}
      />
      <Loaded query={query} what="load the run">
        {(found) => (
          <>
            <RunHead run={found} />
            <RunBody run={found} />
          </>
        )}
      </Loaded>
    </Page>
  )
}

function RunHead({ run }: { readonly run: JobRun }): ReactNode {
  return (
    <PageHeader
      title={run.run_name || `Run ${run.run_id}`}
      badges={<Status state={stateOf(run.state)} />}
      facts={[
        { name: 'Started', value: <RelativeTime time={run.start_time} /> },
        { name: 'Took', value: <Elapsed start={run.start_time} end={run.end_time} /> },
        { name: 'Because', value: describeRunTrigger(run.trigger) },
        { name: 'By', value: run.creator_user_name ?? '–' },
        { name: 'Run', value: <CopyId id={String(run.run_id)} /> },
      ]}
      actions={<RunActions run={run} />}
    />
  )
}

/** What the run was started with; a parameter that is empty says nothing. */
function Parameters({ run }: { readonly run: JobRun }): ReactNode {
  const facts = (run.job_parameters ?? []).flatMap((parameter) => {
    const value = parameter.value ?? parameter.default ?? ''
    return value === '' ? [] : [{ name: parameter.name, value: <code>{value}</code> }]
  })
  if (facts.length === 0) return null
  return (
    <Section title="Parameters">
      <Facts facts={facts} />
    </Section>
  )
}

/** The task that a reader wants first: one that failed, one that runs, one that waits, else the last. */
function mostTelling(tasks: readonly RunTask[]): RunTask | undefined {
  const own = (task: RunTask) => task.state?.result_state !== 'UPSTREAM_FAILED'
  const inState = (state: string) => tasks.find((task) => task.state?.life_cycle_state === state)
  return (
    tasks.find((task) => hasFailed(task.state) && own(task)) ??
    inState('RUNNING') ??
    inState('BLOCKED') ??
    tasks.findLast((task) => (task.start_time ?? 0) > 0) ??
    tasks[0]
  )
}

/** Every attempt, then the tasks that have none yet. */
function attemptsThenRest(attempts: readonly RunTask[], tasks: readonly RunTask[]): RunTask[] {
  const begun = new Set(attempts.map((task) => task.task_key))
  return [...attempts, ...tasks.filter((task) => !begun.has(task.task_key))]
}

function RunBody({ run }: { readonly run: JobRun }): ReactNode {
  const search = route.useSearch()
  const navigate = useNavigate({ from: '/jobs/runs/$runId' })
  const set = (change: Partial<typeof search>) =>
    void navigate({ search: { ...search, ...change }, replace: true })
  const all = run.tasks ?? []
  const graph = useRunGraph(run)
  const tasks = graph.data ?? newestAttempts(all)
  const chosen = tasks.find((task) => task.task_key === search.task) ?? mostTelling(tasks)
  if (chosen === undefined) {
    return (
      <EmptyState icon="job" title="This run has no tasks">
        {run.state?.state_message}
      </EmptyState>
    )
  }
  const gantt = search.view === 'gantt'
  const select = (task: string) => set({ task })
  return (
    <div className={styles['body']}>
      <RunBanner tasks={tasks} onSelect={select} />
      <Section
        title="Tasks"
        note={`${tasks.filter((task) => stateOf(task.state) === 'SUCCESS').length} of ${tasks.length} succeeded`}
        actions={
          <Segments
            label="View"
            value={gantt ? 'gantt' : 'graph'}
            options={[
              { value: 'graph', label: 'Graph' },
              { value: 'gantt', label: 'Timeline' },
            ]}
            onChange={(view) => set({ view: view === 'gantt' ? view : '' })}
          />
        }
      >
        {gantt ? (
          <Gantt
            run={run}
            tasks={attemptsThenRest(all, tasks)}
            selected={chosen.task_key}
            onSelect={select}
          />
        ) : (
          <RunDag tasks={tasks} selected={chosen.task_key} onSelect={select} />
        )}
      </Section>
      <TaskPanel run={run} task={chosen} tab={search.tab} onTab={(tab) => set({ tab })} />
      <Parameters run={run} />
      {run.job_id !== undefined && (
        <p className="muted">
          <Link to="/jobs/$jobId" params={{ jobId: String(run.job_id) }}>
            All runs of this job
          </Link>
        </p>
      )}
    </div>
  )
}
