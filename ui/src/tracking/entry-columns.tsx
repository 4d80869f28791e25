import type { ReactNode } from 'react'
import type { CellValue, Column } from '../kit/columns.ts'
import { classNames } from '../kit/class-names.ts'
import { formatCount, formatDuration, formatMetric, pluralise } from '../kit/format.ts'
import { Icon } from '../kit/icons.tsx'
import { Status } from '../kit/status.tsx'
import { RelativeTime } from '../kit/time.tsx'
import { summaryOf, type Entry, type GroupEntry, type RestEntry } from './run-groups.ts'
import type { Run } from './wire.ts'
import styles from './run-table.module.css'

/** The run table's columns for rows that may be heads of groups. */
export function entryColumns(
  columns: readonly Column<Run>[],
  groupedBy: string | undefined,
  /** Shows the runs of a group in a table of their own. */
  onAll: (entry: RestEntry) => void,
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
      if (entry.kind === 'rest') {
        return index === 0 ? <RestName entry={entry} onAll={() => onAll(entry)} /> : null
      }
      return index === 0 ? (
        <GroupName entry={entry} by={groupedBy ?? ''} />
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

/** That runs are on their way, or how many more the group has. */
function RestName({
  entry,
  onAll,
}: {
  readonly entry: RestEntry
  readonly onAll: () => void
}): ReactNode {
  if (entry.problem !== undefined) {
    return <span className={styles['nested']}>{entry.problem}</span>
  }
  if (entry.loaded === 0) {
    return (
      <span className={classNames(styles['nested'], 'muted')} role="status">
        Loading…
      </span>
    )
  }
  return (
    <span className={styles['nested']}>
      <button type="button" className="link" onClick={onAll}>
        Show all {formatCount(entry.group.runs)} in a table of their own
      </button>
    </span>
  )
}

function GroupName({ entry, by }: { readonly entry: GroupEntry; readonly by: string }): ReactNode {
  return (
    <span className={styles['group']} title={`${by}: ${entry.name}`}>
      <Icon name={entry.open ? 'chevron-down' : 'chevron'} size={14} />
      <strong>{entry.name}</strong>{' '}
      <span className="muted">{pluralise(entry.group.runs, 'run')}</span>
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
  if (column.id === 'attributes.start_time') {
    return <RelativeTime time={entry.group.newest_start_time} />
  }
  const summary = summaryOf(entry.group, column)
  switch (summary.kind) {
    case 'mean': {
      const text =
        column.id === 'duration' ? formatDuration(summary.mean) : formatMetric(summary.mean)
      return <span title={`Mean of ${pluralise(summary.count, 'run')}`}>{text}</span>
    }
    case 'same':
      if (column.id === 'attributes.status') return <Status state={summary.value} />
      return <span title={summary.value}>{summary.value}</span>
    case 'many':
      return <span className="muted">{summary.count} values</span>
    case 'none':
      return null
  }
}
