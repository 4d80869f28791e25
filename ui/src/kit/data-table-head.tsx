import type { ReactNode } from 'react'
import { classNames } from './class-names.ts'
import type { Column, SortKey } from './columns.ts'
import { Icon } from './icons.tsx'
import styles from './data-table.module.css'

export function TableHead<Row>({
  columns,
  sort,
  onSort,
}: {
  readonly columns: readonly Column<Row>[]
  readonly sort: readonly SortKey[]
  readonly onSort: (sort: readonly SortKey[]) => void
}): ReactNode {
  return (
    <thead>
      <tr aria-rowindex={1}>
        {columns.map((column) =>
          (column.sortable ?? column.value !== undefined) ? (
            <SortableHeader key={column.id} column={column} sort={sort} onSort={onSort} />
          ) : (
            <th key={column.id} scope="col" className={alignClass(column)}>
              <div className={styles['head']} title={column.header}>
                <span className={styles['headText']}>{column.header}</span>
              </div>
            </th>
          ),
        )}
      </tr>
    </thead>
  )
}

function alignClass<Row>(column: Column<Row>): string {
  return classNames(column.align === 'end' && styles['end'])
}

function SortableHeader<Row>({
  column,
  sort,
  onSort,
}: {
  readonly column: Column<Row>
  readonly sort: readonly SortKey[]
  readonly onSort: (sort: readonly SortKey[]) => void
}): ReactNode {
  const position = sort.findIndex((key) => key.id === column.id)
  const key = sort[position]
  const order = key === undefined ? 'none' : key.descending ? 'descending' : 'ascending'
  return (
    <th scope="col" aria-sort={order} className={alignClass(column)}>
      <button
        type="button"
        className={styles['head']}
        title={`${column.header}: sort; with Shift sort by this as well`}
        onClick={(event) => onSort(nextSort(sort, column, event.shiftKey))}
      >
        <span className={styles['headText']}>{column.header}</span>
        {key !== undefined && (
          <span className={styles['order']}>
            <Icon name={key.descending ? 'down' : 'up'} size={12} />
            {sort.length > 1 && position + 1}
          </span>
        )}
      </button>
    </th>
  )
}

/** Numbers sort from the largest first; a third click removes the key. */
export function nextSort<Row>(
  sort: readonly SortKey[],
  column: Column<Row>,
  add: boolean,
): readonly SortKey[] {
  const descendingFirst = column.align === 'end'
  const old = sort.find((key) => key.id === column.id)
  const others = add ? sort.filter((key) => key.id !== column.id) : []
  if (old === undefined) return [...others, { id: column.id, descending: descendingFirst }]
  if (old.descending !== descendingFirst) return others
  return [...others, { id: column.id, descending: !descendingFirst }]
}
