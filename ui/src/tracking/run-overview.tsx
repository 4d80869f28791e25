import { Link } from '@tanstack/react-router'
import { useMemo, type ReactNode } from 'react'
import { CopyId } from '../kit/code.tsx'
import type { Column } from '../kit/columns.ts'
import { DataTable } from '../kit/data-table.tsx'
import { formatDuration, formatMetric } from '../kit/format.ts'
import { Columns, KeyValues, Panel, Section, type Fact } from '../kit/page.tsx'
import { StageBadge, Status } from '../kit/status.tsx'
import { useVersionsOfRun } from '../registry/use-versions.ts'
import { RunLink } from './run-columns.tsx'
import { Datasets } from './dataset-panel.tsx'
import { factsOf, runDuration, runName } from './run-facts.ts'
import { Note, noteKey } from './note.tsx'
import { TagList } from './tag-list.tsx'
import { useSetRunTag } from './use-run-tags.ts'
import { useChildRuns } from './use-runs.ts'
import type { Metric, Run, Tag } from './wire.ts'
import styles from './run-overview.module.css'

const metricColumns: readonly Column<Metric>[] = [
  { id: 'key', header: 'Metric', value: (metric) => metric.key },
  {
    id: 'value',
    header: 'Last value',
    width: 120,
    align: 'end',
    value: (metric) => Number(metric.value),
    cell: (metric) => formatMetric(metric.value),
  },
]

const paramColumns: readonly Column<Tag>[] = [
  { id: 'key', header: 'Parameter', value: (param) => param.key },
  { id: 'value', header: 'Value', width: 180, value: (param) => param.value },
]

const childColumns: readonly Column<Run>[] = [
  { id: 'name', header: 'Run', value: runName, cell: (run) => <RunLink run={run} /> },
  {
    id: 'status',
    header: 'Status',
    width: 110,
    value: (run) => run.info.status,
    cell: (run) => <Status state={run.info.status} />,
  },
  {
    id: 'duration',
    header: 'Duration',
    width: 110,
    align: 'end',
    value: runDuration,
    cell: (run) => formatDuration(runDuration(run)),
  },
]

const byKey = (one: { readonly key: string }) => one.key

/** What went in, what came out, and where it is used. */
export function RunOverview({ run }: { readonly run: Run }): ReactNode {
  const { tags } = factsOf(run)
  const userTags = useMemo(
    () => (run.data?.tags ?? []).filter((tag) => !tag.key.startsWith('mlflow.')),
    [run],
  )
  const children = useChildRuns(run)
  const setTag = useSetRunTag(run.info.run_id)
  return (
    <Columns>
      <div className={styles['stack']}>
        <Note
          about="run"
          text={tags.get(noteKey)}
          onSave={(value) => setTag.mutate({ key: noteKey, value })}
        />
        <div className={styles['tables']}>
          <Section title="Metrics">
            <KeyTable rows={run.data?.metrics} columns={metricColumns} label="Metrics" />
          </Section>
          <Section title="Parameters">
            <KeyTable rows={run.data?.params} columns={paramColumns} label="Parameters" />
          </Section>
        </div>
        <TagList tags={userTags} busy={setTag.isPending} onChange={setTag.mutate} />
        {(children.data?.length ?? 0) > 0 && (
          <Section title="Child runs" note={`${children.data?.length ?? 0}`}>
            <DataTable
              label="Child runs"
              rows={children.data}
              columns={childColumns}
              rowId={(child) => child.info.run_id}
              maxHeight={360}
            />
          </Section>
        )}
      </div>
      <RunSide run={run} />
    </Columns>
  )
}

function KeyTable<Row extends { readonly key: string }>({
  rows,
  columns,
  label,
}: {
  readonly rows: readonly Row[] | undefined
  readonly columns: readonly Column<Row>[]
  readonly label: string
}): ReactNode {
  if (rows === undefined || rows.length === 0) {
    return <p className="muted">None logged.</p>
  }
  return (
    <DataTable
      label={label}
      rows={rows}
      columns={columns}
      rowId={byKey}
      sort={[{ id: 'key', descending: false }]}
    />
  )
}

function RunSide({ run }: { readonly run: Run }): ReactNode {
  const { tags } = factsOf(run)
  const parent = tags.get('mlflow.parentRunId')
  const commit = tags.get('mlflow.source.git.commit')
  const facts: (Fact | undefined)[] = [
    optional('Source', tags.get('mlflow.source.name')),
    commit === undefined
      ? undefined
      : { name: 'Commit', value: <CopyId id={commit} shown={commit.slice(0, 12)} /> },
    optional('Branch', tags.get('mlflow.source.git.branch')),
    searchFact(tags.get('millrace.search_id')),
    parent === undefined
      ? undefined
      : {
          name: 'Parent',
          value: (
            <Link
              to="/experiments/$experimentId/runs/$runId"
              params={{ experimentId: run.info.experiment_id, runId: parent }}
            >
              {parent.slice(0, 12)}
            </Link>
          ),
        },
    { name: 'Artifacts', value: <CopyId id={run.info.artifact_uri ?? ''} /> },
  ]
  return (
    <div className={styles['stack']}>
      <Section title="Where it came from">
        <Panel>
          <KeyValues facts={facts.filter((fact) => fact !== undefined)} />
        </Panel>
      </Section>
      <Datasets inputs={run.inputs?.dataset_inputs ?? []} />
      <Versions runId={run.info.run_id} />
    </div>
  )
}

function searchFact(searchId: string | undefined): Fact | undefined {
  if (searchId === undefined) return undefined
  const value = (
    <Link to="/automl/$searchId" params={{ searchId }}>
      Its leaderboard
    </Link>
  )
  return { name: 'Search', value }
}

function optional(name: string, value: string | undefined): Fact | undefined {
  return value === undefined || value === '' ? undefined : { name, value }
}

function Versions({ runId }: { readonly runId: string }): ReactNode {
  const { data } = useVersionsOfRun(runId)
  if (data === undefined || data.length === 0) return null
  return (
    <Section title="Registered as">
      <Panel>
        {data.map((version) => (
          <div key={`${version.name}/${version.version}`} className="text">
            <Link
              to="/models/$name/versions/$version"
              params={{ name: version.name, version: version.version }}
            >
              {version.name} v{version.version}
            </Link>{' '}
            <StageBadge stage={version.current_stage} />
          </div>
        ))}
      </Panel>
    </Section>
  )
}
