import { useMemo, type ReactNode } from 'react'
import type { Column } from '../kit/columns.ts'
import { DataTable } from '../kit/data-table.tsx'
import { formatMetric } from '../kit/format.ts'
import { Section } from '../kit/page.tsx'
import { factsOf } from '../tracking/run-facts.ts'
import { useRun } from '../tracking/use-runs.ts'
import type { Run } from '../tracking/wire.ts'
import type { ModelVersion } from './wire.ts'

interface Difference {
  readonly kind: string
  readonly key: string
  readonly here: string
  readonly there: string
  readonly change: number | undefined
}

/** A number that a program chose has more digits than a person reads; the title has them all. */
function side(id: 'here' | 'there', header: string): Column<Difference> {
  return {
    id,
    header,
    width: 168,
    align: 'end',
    value: (row) => row[id],
    cell: (row) => (
      <span title={row[id]}>
        {/^-?\d+\.\d{5,}$/.test(row[id]) ? formatMetric(row[id]) : row[id]}
      </span>
    ),
  }
}

const columns: readonly Column<Difference>[] = [
  { id: 'key', header: 'What', value: (row) => row.key },
  { id: 'kind', header: 'Kind', width: 92, value: (row) => row.kind },
  side('here', 'This version'),
  side('there', 'Live version'),
  {
    id: 'change',
    header: 'Change',
    width: 96,
    align: 'end',
    value: (row) => row.change,
    cell: (row) =>
      row.change === undefined ? '' : `${row.change > 0 ? '+' : ''}${formatMetric(row.change)}`,
  },
]

const code = [
  ['mlflow.source.git.commit', 'commit'],
  ['mlflow.source.name', 'source'],
] as const

/** What differs between two runs: data, code, parameters, metrics, in this order. */
export function differences(here: Run, there: Run): Difference[] {
  const left = factsOf(here)
  const right = factsOf(there)
  const rows: Difference[] = []
  const add = (
    kind: string,
    key: string,
    values: readonly [string | undefined, string | undefined],
  ) => {
    const [one = '–', other = '–'] = values
    if (one !== other) rows.push({ kind, key, here: one, there: other, change: undefined })
  }
  const [data, otherData] = [digestsOf(here), digestsOf(there)]
  for (const name of new Set([...data.keys(), ...otherData.keys()])) {
    add('data', name, [data.get(name), otherData.get(name)])
  }
  for (const [tag, name] of code) add('code', name, [left.tags.get(tag), right.tags.get(tag)])
  for (const key of new Set([...left.params.keys(), ...right.params.keys()])) {
    add('parameter', key, [left.params.get(key), right.params.get(key)])
  }
  for (const key of new Set([...left.metrics.keys(), ...right.metrics.keys()])) {
    const one = left.metrics.get(key)
    const other = right.metrics.get(key)
    if (one === other) continue
    const change = one === undefined || other === undefined ? undefined : one - other
    const shown = [one, other].map((value) => (value === undefined ? '–' : formatMetric(value)))
    rows.push({ kind: 'metric', key, here: shown[0] ?? '', there: shown[1] ?? '', change })
  }
  return rows
}

function digestsOf(run: Run): Map<string, string> {
  const inputs = run.inputs?.dataset_inputs ?? []
  return new Map(inputs.map(({ dataset }) => [dataset.name, dataset.digest]))
}

export function VersionDiff({
  version,
  live,
}: {
  readonly version: ModelVersion
  readonly live: ModelVersion | undefined
}): ReactNode {
  const here = useRun(version.run_id ?? '')
  const there = useRun(live?.run_id ?? '')
  const rows = useMemo(
    () =>
      here.data === undefined || there.data === undefined
        ? undefined
        : differences(here.data, there.data),
    [here.data, there.data],
  )
  if (live === undefined || rows === undefined) return null
  return (
    <Section title={`Different from the live v${live.version}`} note={`${rows.length} differences`}>
      <DataTable
        label={`Differences to v${live.version}`}
        rows={rows}
        columns={columns}
        rowId={(row) => `${row.kind} ${row.key}`}
        maxHeight={360}
      />
    </Section>
  )
}
