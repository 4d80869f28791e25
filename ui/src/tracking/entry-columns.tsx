import type { ReactNode } from 'react'
import type { CellValue, Column } from '../kit/columns.ts'
import { formatDuration, formatMetric, pluralise } from '../kit/format.ts'
import { Icon } from '../kit/icons.tsx'
import { summarise, type Entry, type GroupEntry } from './run-groups.ts'
import type { Run } from './wire.ts'
import styles from './run-table.module.css'

/** The run table's columns for rows that may be heads of groups. */
export function entryColumns(
  columns: readonly Column<Run>[],
  grouped: Column<Run> | undefined,
): Column<Entry>[] {
  return columns.map((column, index): Column<Entry> => ({
    id: column.id,
    header: column.header,
    ...(column.width === undefined ? {} : { width: column.width }),
    ...(column.align === undefined ? {} : { align: column.align }),
    ...(column.sortable === undefined ? {} : { sortable: column.sortable }),
    value: (entry): CellValue => (entry.kind === 'run' ? column.value?.(entry.run) : undefined),
    cell: (entry) => {
      if (entry.kind === 'run') return runCell(column, entry.run, index === 0 && entry.nested)
      return index === 0 ? (
        <GroupName entry={entry} by={grouped?.header ?? ''} />
      ) : (
        <GroupCell entry={entry} column={column} />
      )
    },
  }))
}

function runCell(column: Column<Run>, run: Run, nested: boolean): ReactNode {
  const value = column.value?.(run)
  const shown = column.cell?.(run) ?? <span title={String(value ?? '')}>{value}</span>
  return nested ? <span className={styles['nested']}>{shown}</span> : shown
}

/** What every run of the group shows. */
function sameCell(entry: GroupEntry, column: Column<Run>): ReactNode {
  const [first] = entry.runs
  return first === undefined ? undefined : column.cell?.(first)
}

function GroupName({ entry, by }: { readonly entry: GroupEntry; readonly by: string }): ReactNode {
  return (
    <span className={styles['group']} title={`${by}: ${entry.name}`}>
      <Icon name={entry.open ? 'chevron-down' : 'chevron'} size={14} />
      <strong>{entry.name}</strong>{' '}
      <span className="muted">{pluralise(entry.runs.length, 'run')}</span>
    </span>
  )
}

function GroupCell({
  entry,
  column,
}: {
  readonly entry: GroupEntry
  readonly column: Column<Run>
}): ReactNode {
  if (column.id === 'attributes.start_time') return null
  const summary = summarise(entry.runs, column)
  switch (summary.kind) {
    case 'mean': {
      const text =
        column.id === 'duration' ? formatDuration(summary.mean) : formatMetric(summary.mean)
      return <span title={`Mean of ${pluralise(summary.count, 'run')}`}>{text}</span>
    }
    case 'same':
      return sameCell(entry, column) ?? <span title={summary.value}>{summary.value}</span>
    case 'many':
      return <span className="muted">{summary.count} values</span>
    case 'none':
      return null
  }
}
