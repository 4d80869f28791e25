import type { MouseEvent, ReactNode } from 'react'
import { classNames } from './class-names.ts'
import type { Column } from './columns.ts'
import { Checkbox } from './field.tsx'
import styles from './data-table.module.css'

export interface TableRowProps<Row> {
  readonly id: string
  readonly index: number
  readonly row: Row
  readonly columns: readonly Column<Row>[]
  /** Tab stops at this row. */
  readonly reachable: boolean
  readonly selected: boolean | undefined
  readonly onSelect: (() => void) | undefined
  readonly onOpen: ((row: Row) => void) | undefined
  readonly onFocus: () => void
}

export function TableRow<Row>(props: TableRowProps<Row>): ReactNode {
  const { row, columns, selected, onSelect, onOpen } = props
  const [first, ...others] = columns
  if (first === undefined) return null
  return (
    <tr
      data-index={props.index}
      aria-rowindex={props.index + 2}
      aria-selected={selected}
      tabIndex={props.reachable ? 0 : -1}
      className={classNames(styles['row'], onOpen !== undefined && styles['open'])}
      onFocus={props.onFocus}
      onClick={(event) => openFromClick(event, () => onOpen?.(row))}
    >
      <td className={classNames(styles['first'], alignOf(first))} title={titleOf(first, row)}>
        {onSelect === undefined ? (
          contentOf(first, row)
        ) : (
          <div className={styles['firstCell']}>
            <span className={styles['check']}>
              <Checkbox
                label={`Select ${props.id}`}
                hideLabel
                checked={selected === true}
                onChange={onSelect}
              />
            </span>
            <span>{contentOf(first, row)}</span>
          </div>
        )}
      </td>
      {others.map((column) => (
        <td key={column.id} className={alignOf(column)} title={titleOf(column, row)}>
          {contentOf(column, row)}
        </td>
      ))}
    </tr>
  )
}

function alignOf<Row>(column: Column<Row>): string | undefined {
  return column.align === 'end' ? styles['end'] : undefined
}

function contentOf<Row>(column: Column<Row>, row: Row): ReactNode {
  return column.cell === undefined ? column.value?.(row) : column.cell(row)
}

/** Long texts are cut; the whole is shown on hover, unless the cell has a title of its own. */
function titleOf<Row>(column: Column<Row>, row: Row): string | undefined {
  const value = column.cell === undefined ? column.value?.(row) : undefined
  return value === undefined ? undefined : String(value)
}

/** A click on a row opens it, unless it was on something with a click of its own or on a selection. */
function openFromClick(event: MouseEvent<HTMLElement>, open: () => void): void {
  const target = event.target as HTMLElement
  if (target.closest('a, button, input, label, select') !== null) return
  if ((getSelection()?.toString() ?? '') !== '') return
  open()
}
