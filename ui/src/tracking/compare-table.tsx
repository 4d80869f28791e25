import { useMemo, type ReactNode } from 'react'
import type { Column } from '../kit/columns.ts'
import { DataTable } from '../kit/data-table.tsx'
import { Checkbox, Select } from '../kit/field.tsx'
import { bestOf, compareRows, deltaOf, shortNumber, type CompareRow } from './compare-rows.ts'
import { runName } from './run-facts.ts'
import type { Run } from './wire.ts'
import styles from './compare-page.module.css'

/** One row per fact, one column per run; what is equal everywhere is hidden until asked for. */
export function CompareTable({
  runs,
  all,
  onAll,
  base,
  onBase,
}: {
  readonly runs: readonly Run[]
  readonly all: boolean
  readonly onAll: (all: boolean) => void
  /** The run that the others are measured against; -1 for none. */
  readonly base: number
  readonly onBase: (base: number) => void
}): ReactNode {
  const rows = useMemo(() => compareRows(runs), [runs])
  const shown = all ? rows : rows.filter((row) => row.differs)
  const columns = useMemo(
    (): Column<CompareRow>[] => [
      { id: 'key', header: 'What', width: 220, value: (row) => row.key },
      { id: 'kind', header: 'Kind', width: 100, value: (row) => row.kind },
      ...runs.map((run, index): Column<CompareRow> => ({
        id: run.info.run_id,
        header: runName(run),
        width: base === -1 ? 170 : 190,
        align: 'end',
        value: (row) => row.numbers[index] ?? row.values[index],
        cell: (row) => <Value row={row} index={index} base={base} />,
      })),
    ],
    [runs, base],
  )
  return (
    <>
      <div className={styles['controls']}>
        <Checkbox label="Show what is equal as well" checked={all} onChange={onAll} />
        <Select
          label="Baseline"
          value={String(base)}
          onChange={(next) => onBase(Number(next))}
          options={[
            { value: '-1', label: 'No baseline' },
            ...runs.map((run, index) => ({
              value: String(index),
              label: `Against ${runName(run)}`,
            })),
          ]}
        />
        <span className="muted">
          {rows.filter((row) => row.differs).length} of {rows.length} differ
        </span>
      </div>
      <DataTable
        label="Comparison"
        rows={shown}
        columns={columns}
        rowId={(row) => `${row.kind} ${row.key}`}
        maxHeight={640}
      />
    </>
  )
}

/** A value; against a baseline how far a metric is from it, and the same texts less loud. */
function Value({
  row,
  index,
  base,
}: {
  readonly row: CompareRow
  readonly index: number
  readonly base: number
}): ReactNode {
  const whole = row.values[index]
  if (whole === undefined) return <span className="muted">–</span>
  const shown = shortNumber(whole)
  const delta = base === -1 ? undefined : deltaOf(row, index, base)
  const same = base !== -1 && index !== base && row.values[base] === whole
  return (
    <span title={whole} className={same ? 'muted' : undefined}>
      {delta !== undefined && <span className={styles['delta']}>{delta} </span>}
      {bestOf(row) === index ? (
        <span className={styles['best']} title="The best of these runs">
          ★ {shown}
        </span>
      ) : (
        shown
      )}
    </span>
  )
}
