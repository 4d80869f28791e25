import { useMemo, type ReactNode } from 'react'
import type { Column } from '../kit/columns.ts'
import { DataTable } from '../kit/data-table.tsx'
import { Checkbox } from '../kit/field.tsx'
import { bestOf, compareRows, type CompareRow } from './compare-rows.ts'
import { runName } from './run-facts.ts'
import type { Run } from './wire.ts'
import styles from './compare-page.module.css'

/** One row per fact, one column per run; what is equal everywhere is hidden until asked for. */
export function CompareTable({
  runs,
  all,
  onAll,
}: {
  readonly runs: readonly Run[]
  readonly all: boolean
  readonly onAll: (all: boolean) => void
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
        width: 170,
        align: 'end',
        value: (row) => row.numbers[index] ?? row.values[index],
        cell: (row) =>
          bestOf(row) === index ? (
            <span className={styles['best']} title="The best of these runs">
              ★ {row.values[index]}
            </span>
          ) : (
            (row.values[index] ?? <span className="muted">–</span>)
          ),
      })),
    ],
    [runs],
  )
  return (
    <>
      <div className={styles['controls']}>
        <Checkbox label="Show what is equal as well" checked={all} onChange={onAll} />
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
