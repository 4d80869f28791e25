import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import type { Column } from '../kit/columns.ts'
import { decimalsFor, formatDuration, formatMetric } from '../kit/format.ts'
import { Status } from '../kit/status.tsx'
import { RelativeTime } from '../kit/time.tsx'
import { shortNumber } from './compare-rows.ts'
import { factsOf, keysOf, runDuration, runName } from './run-facts.ts'
import { tagOf, type Run } from './wire.ts'

const fixed: readonly Column<Run>[] = [
  {
    id: 'attributes.run_name',
    header: 'Run',
    group: 'Attributes',
    width: 240,
    value: runName,
    cell: (run) => <RunLink run={run} />,
  },
  {
    id: 'attributes.status',
    header: 'Status',
    group: 'Attributes',
    width: 104,
    value: (run) => run.info.status,
    cell: (run) => <Status state={run.info.status} />,
  },
  {
    id: 'attributes.start_time',
    header: 'Started',
    group: 'Attributes',
    width: 106,
    value: (run) => run.info.start_time,
    cell: (run) => <RelativeTime time={run.info.start_time} />,
  },
  {
    id: 'duration',
    header: 'Duration',
    group: 'Attributes',
    width: 96,
    align: 'end',
    sortable: false,
    value: runDuration,
    cell: (run) => formatDuration(runDuration(run)),
  },
  {
    id: 'attributes.user_id',
    header: 'User',
    group: 'Attributes',
    width: 110,
    value: (run) => run.info.user_id ?? tagOf(run.data?.tags, 'mlflow.user'),
  },
  {
    id: 'tags.mlflow.source.name',
    header: 'Source',
    group: 'Attributes',
    width: 160,
    value: (run) => factsOf(run).tags.get('mlflow.source.name'),
  },
  {
    id: 'dataset',
    header: 'Dataset',
    group: 'Attributes',
    width: 170,
    sortable: false,
    value: (run) => run.inputs?.dataset_inputs?.[0]?.dataset.name,
  },
]

export function RunLink({ run }: { readonly run: Run }): ReactNode {
  const { experiment_id: experimentId, run_id: runId } = run.info
  const child = factsOf(run).tags.has('mlflow.parentRunId')
  return (
    <Link
      to="/experiments/$experimentId/runs/$runId"
      params={{ experimentId, runId }}
      title={`${runName(run)} · ${runId}`}
    >
      {child && <span className="muted">↳ </span>}
      {runName(run)}
    </Link>
  )
}

/** One column per attribute, metric, parameter and user tag that these runs have. */
export function runColumns(runs: readonly Run[]): Column<Run>[] {
  const params = keysOf(runs, 'params').map((key) => paramColumn(key, runs))
  const tags = keysOf(runs, 'tags')
    .filter((key) => !key.startsWith('mlflow.'))
    .map((key): Column<Run> => ({
      id: `tags.${key}`,
      header: key,
      group: 'Tags',
      width: widthFor(key, 130),
      value: (run) => factsOf(run).tags.get(key),
    }))
  const metrics = keysOf(runs, 'metrics').map((key) => metricColumn(key, runs))
  return [...fixed, ...metrics, ...params, ...tags]
}

/** Wide enough for the name, so that a table of metrics can be read without hovering. */
function widthFor(key: string, least: number): number {
  return Math.min(220, Math.max(least, key.length * 8 + 40))
}

function metricColumn(key: string, runs: readonly Run[]): Column<Run> {
  const values = runs.flatMap((run) => factsOf(run).metrics.get(key) ?? [])
  const decimals = decimalsFor(values)
  return {
    id: `metrics.${key}`,
    header: key,
    group: 'Metrics',
    width: widthFor(key, 100),
    align: 'end',
    value: (run) => factsOf(run).metrics.get(key),
    cell: (run) => formatMetric(factsOf(run).metrics.get(key), decimals),
  }
}

function paramColumn(key: string, runs: readonly Run[]): Column<Run> {
  const texts = runs.flatMap((run) => factsOf(run).params.get(key) ?? [])
  const numeric = texts.length > 0 && texts.every((text) => text !== '' && !Number.isNaN(+text))
  return {
    id: `params.${key}`,
    header: key,
    group: 'Parameters',
    width: widthFor(key, numeric ? 100 : 120),
    align: numeric ? 'end' : 'start',
    value: (run) => factsOf(run).params.get(key),
    cell: (run) => {
      const text = factsOf(run).params.get(key)
      return text === undefined ? undefined : <span title={text}>{shortNumber(text)}</span>
    },
  }
}

const alwaysShown = [
  'attributes.run_name',
  'attributes.status',
  'attributes.start_time',
  'duration',
]

/** The columns of a first visit: attributes, then metrics and parameters that differ between runs. */
export function defaultColumns(columns: readonly Column<Run>[], runs: readonly Run[]): Set<string> {
  const varying = columns
    .filter((column) => /^(?:metrics|params)\./.test(column.id))
    .filter((column) => runs.length < 2 || new Set(runs.map((run) => column.value?.(run))).size > 1)
  const spread = (column: Column<Run>) => Number(/_(?:std|stddev|stderr)$/.test(column.id))
  const metrics = varying
    .filter((column) => column.id.startsWith('metrics.'))
    .toSorted((left, right) => spread(left) - spread(right))
    .slice(0, 6)
  const params = varying.filter((column) => column.id.startsWith('params.')).slice(0, 5)
  return new Set([...alwaysShown, ...[...metrics, ...params].map((column) => column.id)])
}

/** A sort key as the search grammar writes it; names that are not plain words are quoted. */
export function orderByOf(id: string, descending: boolean): string {
  const [prefix = '', ...rest] = id.split('.')
  const key = rest.join('.')
  const quoted = /^\w+$/.test(key) ? key : `\`${key}\``
  return `${prefix}.${quoted} ${descending ? 'DESC' : 'ASC'}`
}
