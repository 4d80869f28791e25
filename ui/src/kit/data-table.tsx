import {
  columnVisibilityFeature,
  createSortedRowModel,
  rowSortingFeature,
  tableFeatures,
  useTable,
  type ColumnDef,
  type RowData,
} from '@tanstack/react-table'
import { useVirtualizer } from '@tanstack/react-virtual'
import { useMemo, useRef, useState, type MouseEvent, type ReactNode } from 'react'
import { classNames } from './class-names.ts'
import { compareValues, type Column, type SortKey } from './columns.ts'
import { Checkbox } from './field.tsx'
import { Icon } from './icons.tsx'
import { useTableKeys } from './use-table-keys.ts'
import styles from './data-table.module.css'

const features = tableFeatures({
  rowSortingFeature,
  columnVisibilityFeature,
  sortedRowModel: createSortedRowModel(),
})

const rowHeight = 32
const coarseRowHeight = 44
const defaultWidth = 132
const noRows: readonly never[] = []
const noSort: readonly SortKey[] = []

export interface DataTableProps<Row extends RowData> {
  readonly label: string
  readonly rows: readonly Row[] | undefined
  readonly columns: readonly Column<Row>[]
  readonly rowId: (row: Row) => string
  /** Sort keys kept by the caller; without them the table keeps its own. */
  readonly sort?: readonly SortKey[]
  readonly onSort?: (sort: readonly SortKey[]) => void
  /** The rows come sorted from the server. */
  readonly serverSorted?: boolean
  readonly onOpen?: (row: Row) => void
  readonly selected?: ReadonlySet<string>
  readonly onSelect?: (selected: ReadonlySet<string>) => void
  /** Called when the last rows come into sight. */
  readonly onEnd?: () => void
  /** Takes the height that is left; without it the table ends at `maxHeight`. */
  readonly fill?: boolean
  readonly maxHeight?: number
  readonly footer?: ReactNode
  /** Rows of which the caller wants to mark some, for example a baseline. */
  readonly rowTone?: (row: Row) => string | undefined
}

/** A dense, virtual, sortable table with a sticky head and first column, worked by keyboard. */
export function DataTable<Row extends RowData>(props: DataTableProps<Row>): ReactNode {
  const { rows = noRows, columns, rowId, onOpen, selected, onSelect, fill = false } = props
  const frame = useRef<HTMLDivElement>(null)
  const [scrolled, setScrolled] = useState(false)
  const { sort, setSort } = useSort(props)
  const height = matchMedia('(pointer: coarse)').matches ? coarseRowHeight : rowHeight

  const definitions = useMemo(() => columns.map((column) => toDefinition(column)), [columns])
  const table = useTable({
    features,
    data: rows as Row[],
    columns: definitions,
    getRowId: rowId,
    manualSorting: props.serverSorted ?? false,
    state: {
      sorting: sort.map((key) => ({ id: key.id, desc: key.descending })),
      columnVisibility: {},
    },
  })
  const model = table.getRowModel().rows
  const virtual = useVirtualizer({
    count: model.length,
    getScrollElement: () => frame.current,
    estimateSize: () => height,
    overscan: 12,
    onChange: (instance) => {
      const last = instance.getVirtualItems().at(-1)
      if (last !== undefined && last.index >= model.length - 5) props.onEnd?.()
    },
  })
  const toggle = (id: string) => {
    if (selected === undefined || onSelect === undefined) return
    const next = new Set(selected)
    if (!next.delete(id)) next.add(id)
    onSelect(next)
  }
  const keys = useTableKeys({
    count: model.length,
    pageSize: Math.max(1, Math.floor((frame.current?.clientHeight ?? 400) / height) - 2),
    scrollTo: (index) => virtual.scrollToIndex(index),
    onOpen: onOpen && ((index) => model[index] && onOpen(model[index].original)),
    onToggle: onSelect && ((index) => model[index] && toggle(model[index].id)),
  })
  const items = virtual.getVirtualItems()
  const before = items[0]?.start ?? 0
  const after = virtual.getTotalSize() - (items.at(-1)?.end ?? 0)
  const width = columns.reduce((sum, column) => sum + (column.width ?? defaultWidth), 0)

  return (
    <div className={classNames(styles['group'], fill && styles['fillGroup'])}>
      <div
        ref={frame}
        className={classNames(
          styles['frame'],
          fill && styles['fill'],
          scrolled && styles['scrolled'],
        )}
        style={fill ? undefined : { maxHeight: props.maxHeight ?? 480 }}
        onScroll={(event) => setScrolled(event.currentTarget.scrollLeft > 0)}
      >
        <table
          className={classNames(styles['table'], height > rowHeight && styles['tall'])}
          style={{ minWidth: width }}
          role="grid"
          aria-label={props.label}
          aria-rowcount={model.length + 1}
          aria-multiselectable={onSelect === undefined ? undefined : true}
          onKeyDown={keys.onKeyDown}
        >
          <colgroup>
            {columns.map((column, index) => (
              <col
                key={column.id}
                style={index === growing(columns) ? undefined : { width: column.width ?? defaultWidth }}
              />
            ))}
          </colgroup>
          <thead>
            <tr aria-rowindex={1}>
              {columns.map((column) => (
                <HeaderCell key={column.id} column={column} sort={sort} onSort={setSort} />
              ))}
            </tr>
          </thead>
          <tbody>
            {before > 0 && <tr aria-hidden="true" style={{ height: before }} />}
            {items.map((item) => {
              const row = model[item.index]
              if (row === undefined) return null
              const isSelected = selected?.has(row.id) ?? false
              return (
                <tr
                  key={row.id}
                  data-index={item.index}
                  aria-rowindex={item.index + 2}
                  aria-selected={selected === undefined ? undefined : isSelected}
                  tabIndex={item.index === keys.current ? 0 : -1}
                  className={classNames(
                    styles['row'],
                    onOpen !== undefined && styles['open'],
                    props.rowTone?.(row.original),
                  )}
                  onFocus={() => keys.setCurrent(item.index)}
                  onClick={(event) => openFromClick(event, () => onOpen?.(row.original))}
                >
                  {columns.map((column, index) => (
                    <BodyCell
                      key={column.id}
                      column={column}
                      row={row.original}
                      first={index === 0}
                      select={
                        index === 0 && onSelect !== undefined
                          ? { checked: isSelected, toggle: () => toggle(row.id), name: row.id }
                          : undefined
                      }
                    />
                  ))}
                </tr>
              )
            })}
            {after > 0 && <tr aria-hidden="true" style={{ height: after }} />}
          </tbody>
        </table>
      </div>
      {props.footer !== undefined && <div className={styles['foot']}>{props.footer}</div>}
    </div>
  )
}

/** The column that takes the width that is left: the first text column without a width, else the last. */
function growing<Row extends RowData>(columns: readonly Column<Row>[]): number {
  const index = columns.findIndex((column) => column.width === undefined && column.align !== 'end')
  return index === -1 ? columns.length - 1 : index
}

function toDefinition<Row extends RowData>(column: Column<Row>): ColumnDef<typeof features, Row> {
  return {
    id: column.id,
    accessorFn: (row: Row) => column.value?.(row),
    sortFn: (left, right) =>
      compareValues(column.value?.(left.original), column.value?.(right.original)),
    sortUndefined: 'last',
  }
}

function useSort<Row extends RowData>(props: DataTableProps<Row>): {
  readonly sort: readonly SortKey[]
  readonly setSort: (sort: readonly SortKey[]) => void
} {
  const [own, setOwn] = useState<readonly SortKey[]>(noSort)
  if (props.onSort !== undefined) return { sort: props.sort ?? noSort, setSort: props.onSort }
  return { sort: own.length > 0 ? own : (props.sort ?? noSort), setSort: setOwn }
}

/** A click on a row opens it, unless it was on something that has its own click or on a selection. */
function openFromClick(event: MouseEvent<HTMLElement>, open: () => void): void {
  const target = event.target as HTMLElement
  if (target.closest('a, button, input, label, select') !== null) return
  if ((getSelection()?.toString() ?? '') !== '') return
  open()
}

function HeaderCell<Row extends RowData>({
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
  const sortable = column.sortable ?? column.value !== undefined
  const order = key === undefined ? 'none' : key.descending ? 'descending' : 'ascending'
  const label = <span className={styles['headText']}>{column.header}</span>
  const end = column.align === 'end' && styles['end']
  if (!sortable) {
    return (
      <th scope="col" className={classNames(end)}>
        <div className={styles['head']} title={column.header}>
          {label}
        </div>
      </th>
    )
  }
  return (
    <th scope="col" aria-sort={order} className={classNames(end)}>
      <button
        type="button"
        className={styles['head']}
        title={`${column.header}: sort; with Shift sort by this as well`}
        onClick={(event) => onSort(nextSort(sort, column, event.shiftKey))}
      >
        {label}
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
function nextSort<Row extends RowData>(
  sort: readonly SortKey[],
  column: Column<Row>,
  add: boolean,
): readonly SortKey[] {
  const first = column.align === 'end'
  const old = sort.find((key) => key.id === column.id)
  const others = add ? sort.filter((key) => key.id !== column.id) : []
  if (old === undefined) return [...others, { id: column.id, descending: first }]
  if (old.descending === first) return [...others, { id: column.id, descending: !first }]
  return others
}

interface CellSelect {
  readonly checked: boolean
  readonly toggle: () => void
  readonly name: string
}

function BodyCell<Row extends RowData>({
  column,
  row,
  first,
  select,
}: {
  readonly column: Column<Row>
  readonly row: Row
  readonly first: boolean
  readonly select: CellSelect | undefined
}): ReactNode {
  const value = column.value?.(row)
  const content = column.cell === undefined ? value : column.cell(row)
  const title = column.cell === undefined && value !== undefined ? String(value) : undefined
  return (
    <td
      className={classNames(column.align === 'end' && styles['end'], first && styles['first'])}
      title={title}
    >
      {select === undefined ? (
        content
      ) : (
        <div className={styles['firstCell']}>
          <span className={styles['check']}>
            <Checkbox
              label={`Select ${select.name}`}
              hideLabel
              checked={select.checked}
              onChange={select.toggle}
            />
          </span>
          <span>{content}</span>
        </div>
      )}
    </td>
  )
}
