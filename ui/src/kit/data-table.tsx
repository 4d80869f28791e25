import {
  columnVisibilityFeature,
  createSortedRowModel,
  rowSortingFeature,
  tableFeatures,
  useTable,
  type ColumnDef,
  type RowData,
} from '@tanstack/react-table'
import { useVirtualizer, type VirtualItem } from '@tanstack/react-virtual'
import { useEffect, useMemo, useRef, useState, type ReactNode, type RefObject } from 'react'
import { classNames } from './class-names.ts'
import { compareValues, type Column, type SortKey } from './columns.ts'
import { TableHead } from './data-table-head.tsx'
import { TableRow } from './data-table-row.tsx'
import { useTableKeys, type TableKeys } from './use-table-keys.ts'
import styles from './data-table.module.css'

const features = tableFeatures({
  rowSortingFeature,
  columnVisibilityFeature,
  sortedRowModel: createSortedRowModel(),
})

const rowHeight = 32
const coarseRowHeight = 44
const headHeight = 32
const defaultWidth = 132
const defaultMaxHeight = 480
/** On a small screen the page scrolls before the table becomes a slit. */
const leastHeight = 360
const noRows: readonly never[] = []
const noSort: readonly SortKey[] = []

export interface DataTableProps<Row extends RowData> {
  readonly label: string
  readonly rows: readonly Row[] | undefined
  readonly columns: readonly Column<Row>[]
  readonly rowId: (row: Row) => string
  /** Sort keys; with `onSort` the caller keeps them, without it they are where the table begins. */
  readonly sort?: readonly SortKey[]
  readonly onSort?: (sort: readonly SortKey[]) => void
  /** The rows come sorted from the server. */
  readonly serverSorted?: boolean
  readonly onOpen?: (row: Row) => void
  readonly selected?: ReadonlySet<string>
  readonly onSelect?: (selected: ReadonlySet<string>) => void
  /** Which rows have a box; all when absent. */
  readonly selectable?: (row: Row) => boolean
  /** Called while the last rows are in sight, again and again: it loads more unless it does already. */
  readonly onEnd?: () => void
  /** Takes the height that is left; without it the table ends at `maxHeight`. */
  readonly fill?: boolean
  readonly maxHeight?: number
  readonly footer?: ReactNode
}

/** A dense, virtual, sortable table with a sticky head and first column, worked by keyboard. */
export function DataTable<Row extends RowData>(props: DataTableProps<Row>): ReactNode {
  const { columns, selected, fill = false } = props
  const frame = useRef<HTMLDivElement>(null)
  const [scrolled, setScrolled] = useState(false)
  const { sort, setSort } = useSort(props)
  const body = useBody(props, sort, frame)
  const width = columns.reduce((sum, column) => sum + (column.width ?? defaultWidth), 0)
  const grows = growing(columns)
  const maxHeight = fill ? undefined : (props.maxHeight ?? defaultMaxHeight)
  return (
    <div className={classNames(styles['group'], fill && styles['fillGroup'])}>
      <div
        ref={frame}
        className={classNames(
          styles['frame'],
          fill && styles['fill'],
          scrolled && styles['scrolled'],
        )}
        style={{
          maxHeight,
          minHeight: Math.min(leastHeight, headHeight + body.count * body.height + 1),
        }}
        onScroll={(event) => setScrolled(event.currentTarget.scrollLeft > 0)}
      >
        <table
          className={classNames(styles['table'], body.coarse && styles['tall'])}
          style={{ minWidth: width }}
          role="grid"
          aria-label={props.label}
          aria-rowcount={body.count + 1}
          aria-multiselectable={selected === undefined ? undefined : true}
          onKeyDown={body.keys.onKeyDown}
        >
          <colgroup>
            {columns.map((column, index) => (
              <col
                key={column.id}
                style={index === grows ? undefined : { width: column.width ?? defaultWidth }}
              />
            ))}
          </colgroup>
          <TableHead columns={columns} sort={sort} onSort={setSort} />
          <tbody>
            {body.before > 0 && <tr aria-hidden="true" style={{ height: body.before }} />}
            {body.rows.map(({ id, index, row }) => (
              <TableRow
                key={id}
                id={id}
                index={index}
                row={row}
                columns={columns}
                reachable={index === body.keys.current}
                selected={selected?.has(id)}
                onSelect={
                  body.toggle && (props.selectable?.(row) ?? true)
                    ? () => body.toggle?.(id)
                    : undefined
                }
                onOpen={props.onOpen}
                onFocus={() => body.keys.setCurrent(index)}
              />
            ))}
            {body.after > 0 && <tr aria-hidden="true" style={{ height: body.after }} />}
          </tbody>
        </table>
      </div>
      {props.footer !== undefined && <div className={styles['foot']}>{props.footer}</div>}
    </div>
  )
}

interface Body<Row> {
  readonly rows: readonly { readonly id: string; readonly index: number; readonly row: Row }[]
  readonly count: number
  /** Heights of what is not rendered above and below. */
  readonly before: number
  readonly after: number
  readonly coarse: boolean
  /** Of one row, in pixels. */
  readonly height: number
  readonly keys: TableKeys
  readonly toggle: ((id: string) => void) | undefined
}

/** The sorted rows, those of them in sight, and what the keyboard does with them. */
function useBody<Row extends RowData>(
  props: DataTableProps<Row>,
  sort: readonly SortKey[],
  frame: RefObject<HTMLDivElement | null>,
): Body<Row> {
  const { columns, onOpen } = props
  const definitions = useMemo(() => columns.map((column) => toDefinition(column)), [columns])
  const table = useTable({
    features,
    data: (props.rows ?? noRows) as Row[],
    columns: definitions,
    getRowId: props.rowId,
    manualSorting: props.serverSorted ?? false,
    state: {
      sorting: sort.map((key) => ({ id: key.id, desc: key.descending })),
      columnVisibility: {},
    },
  })
  const model = table.getRowModel().rows
  const coarse = matchMedia('(pointer: coarse)').matches
  const height = coarse ? coarseRowHeight : rowHeight
  const virtual = useVirtualizer({
    count: model.length,
    getScrollElement: () => frame.current,
    estimateSize: () => height,
    overscan: 12,
  })
  const toggle = toggleOf(props)
  const keys = useTableKeys({
    count: model.length,
    pageSize: Math.max(1, Math.floor((frame.current?.clientHeight ?? 400) / height) - 2),
    scrollTo: (index) => virtual.scrollToIndex(index),
    onOpen: onOpen && ((index) => model[index] && onOpen(model[index].original)),
    onToggle:
      toggle &&
      ((index) => {
        const row = model[index]
        if (row !== undefined && (props.selectable?.(row.original) ?? true)) toggle(row.id)
      }),
  })
  const items = virtual.getVirtualItems()
  const rows = items.flatMap((item) => {
    const row = model[item.index]
    return row === undefined ? [] : [{ id: row.id, index: item.index, row: row.original }]
  })
  useEnd(items.at(-1)?.index, model.length, props.onEnd)
  const around = spaceAround(items, virtual.getTotalSize())
  return { rows, count: model.length, ...around, coarse, height, keys, toggle }
}

function spaceAround(
  items: readonly VirtualItem[],
  total: number,
): { readonly before: number; readonly after: number } {
  return { before: items[0]?.start ?? 0, after: total - (items.at(-1)?.end ?? 0) }
}

/** Asks after every render, not once per scroll: a load that a newer one cancelled is asked again. */
function useEnd(last: number | undefined, count: number, onEnd: (() => void) | undefined): void {
  // What is in sight is known only after the virtual rows are laid out.
  useEffect(() => {
    if (last !== undefined && last >= count - 5) onEnd?.()
  })
}

function toggleOf<Row extends RowData>(
  props: DataTableProps<Row>,
): ((id: string) => void) | undefined {
  const { selected, onSelect } = props
  if (selected === undefined || onSelect === undefined) return undefined
  return (id) => {
    const next = new Set(selected)
    if (!next.delete(id)) next.add(id)
    onSelect(next)
  }
}

/** The column that takes the width that is left: the first text column without a width, else the first. */
function growing<Row>(columns: readonly Column<Row>[]): number {
  const asked = columns.findIndex((column) => column.grow === true)
  if (asked !== -1) return asked
  const index = columns.findIndex((column) => column.width === undefined && column.align !== 'end')
  return Math.max(0, index)
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

function useSort<Row extends RowData>(
  props: DataTableProps<Row>,
): {
  readonly sort: readonly SortKey[]
  readonly setSort: (sort: readonly SortKey[]) => void
} {
  const [own, setOwn] = useState<readonly SortKey[]>()
  const given = props.sort ?? noSort
  if (props.onSort !== undefined) return { sort: given, setSort: props.onSort }
  return { sort: own ?? given, setSort: setOwn }
}
