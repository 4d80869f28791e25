import { getRouteApi, Link, useNavigate } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { Breadcrumbs } from '../kit/breadcrumbs.tsx'
import { CopyId } from '../kit/code.tsx'
import { Segments } from '../kit/field.tsx'
import { Facts, Page, PageHeader, Section } from '../kit/page.tsx'
import { formatCount, formatDuration, formatExactTime, pluralise } from '../kit/format.ts'
import { EmptyState, Loaded, SkeletonBlock } from '../kit/states.tsx'
import { Status, statusLook } from '../kit/status.tsx'
import { Elapsed, RelativeTime } from '../kit/time.tsx'
import { RunDag } from './dag.tsx'
import { describeRunTrigger } from './describe-trigger.ts'
import { Gantt } from './gantt.tsx'
import { RunActions } from './run-actions.tsx'
import { RunBanner } from './run-banner.tsx'
import { TaskPanel } from './task-panel.tsx'
import { useJobRun } from './use-job-runs.ts'
import { useRunGraph, type RunGraph } from './use-run-graph.ts'
import { hasEnded, hasFailed, stateOf, type JobRun, type RunTask } from './wire.ts'
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
  const queued = run.state?.life_cycle_state === 'QUEUED'
  const waited = run.queue_duration ?? 0
  const began = run.start_time === undefined ? undefined : run.start_time + waited
  const repairs = (run.repair_history ?? []).filter((one) => one.type === 'REPAIR').length
  return (
    <PageHeader
      title={run.run_name || `Run ${run.run_id}`}
      badges={<Status state={stateOf(run.state)} />}
      facts={[
        { name: queued ? 'Asked' : 'Started', value: <RelativeTime time={run.start_time} /> },
        ...(queued
          ? [{ name: 'Waiting', value: <Elapsed start={run.start_time} /> }]
          : [{ name: 'Took', value: <Elapsed start={began} end={run.end_time} /> }]),
        ...(waited >= 1000 && !queued
          ? [{ name: 'Waited before', value: formatDuration(waited) }]
          : []),
        { name: 'Because', value: <Because run={run} /> },
        { name: 'By', value: run.creator_user_name ?? '–' },
        ...(repairs > 0 ? [{ name: 'Repaired', value: pluralise(repairs, 'time') }] : []),
        { name: 'Run', value: <CopyId id={String(run.run_id)} /> },
      ]}
      actions={<RunActions run={run} />}
    />
  )
}

/** What started the run, with a way there. */
function Because({ run }: { readonly run: JobRun }): ReactNode {
  const words = describeRunTrigger(run.trigger)
  const { backfill, trigger_info: info } = run
  if (backfill !== undefined) {
    return (
      <Link to="/jobs/backfills/$backfillId" params={{ backfillId: String(backfill.backfill_id) }}>
        Backfill of {formatExactTime(backfill.logical_time)}
      </Link>
    )
  }
  if (info?.run_id === undefined) return words
  return (
    <Link to="/jobs/runs/$runId" params={{ runId: String(info.run_id) }}>
      {words}
    </Link>
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

/** The attempt that the address names, else the latest one of the task. */
function chosenAttempt(
  graph: RunGraph,
  search: { readonly task?: string; readonly attempt?: string },
): RunTask | undefined {
  const latest =
    graph.tasks.find((task) => task.task_key === search.task) ?? mostTelling(graph.tasks)
  const wanted = Number(search.attempt ?? Number.NaN)
  const named = graph.attempts.find(
    (one) => one.task_key === latest?.task_key && (one.attempt_number ?? 0) + 1 === wanted,
  )
  return named ?? latest
}

function RunBody({ run }: { readonly run: JobRun }): ReactNode {
  const query = useRunGraph(String(run.run_id), !hasEnded(run.state))
  return (
    <Loaded query={query} what="load the tasks" skeleton={<SkeletonBlock height={320} />}>
      {(graph) => <RunTasks run={run} graph={graph} />}
    </Loaded>
  )
}

function RunTasks({ run, graph }: { readonly run: JobRun; readonly graph: RunGraph }): ReactNode {
  const search = route.useSearch()
  const navigate = useNavigate({ from: '/jobs/runs/$runId' })
  const set = (change: Partial<typeof search>) =>
    void navigate({ search: { ...search, ...change }, replace: true, resetScroll: false })
  const { tasks, attempts } = graph
  const chosen = chosenAttempt(graph, search)
  if (chosen === undefined) {
    return (
      <EmptyState icon="job" title="This run has no tasks">
        {run.state?.state_message}
      </EmptyState>
    )
  }
  const gantt = search.view === 'gantt'
  const select = (task: string) => set({ task, attempt: '', iteration: '' })
  const selectAttempt = (one: RunTask) =>
    set({ task: one.task_key, attempt: String((one.attempt_number ?? 0) + 1), iteration: '' })
  return (
    <div className={styles['body']}>
      <RunBanner run={run} tasks={tasks} onSelect={select} />
      <Section
        title="Tasks"
        note={countsOf(tasks)}
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
          <Gantt run={run} attempts={attempts} selected={chosen} onSelect={selectAttempt} />
        ) : (
          <RunDag tasks={tasks} selected={chosen.task_key} onSelect={select} />
        )}
      </Section>
      <TaskPanel
        run={run}
        task={chosen}
        attempts={attempts.filter((one) => one.task_key === chosen.task_key)}
        place={search}
        onPlace={set}
        onAttempt={selectAttempt}
      />
      <Parameters run={run} />
      {run.job_id !== undefined && (
        <p className="muted">
          <Link to="/jobs/runs" search={{ job: String(run.job_id) }}>
            All runs of this job
          </Link>
        </p>
      )}
    </div>
  )
}

/** `3 of 6 succeeded · 1 failed · 2 upstream failed`. */
function countsOf(tasks: readonly RunTask[]): string {
  const counts = new Map<string, number>()
  for (const task of tasks) {
    const state = stateOf(task.state) ?? ''
    counts.set(state, (counts.get(state) ?? 0) + 1)
  }
  const succeeded = counts.get('SUCCESS') ?? 0
  counts.delete('SUCCESS')
  const others = [...counts].map(([state, count]) => {
    return `${formatCount(count)} ${statusLook(state).word.toLowerCase()}`
  })
  const first = `${formatCount(succeeded)} of ${formatCount(tasks.length)} succeeded`
  return [first, ...others].join(' · ')
}
