import { useMemo, type ReactNode } from 'react'
import { IconButton } from '../kit/button.tsx'
import { downloadText, toCsv, type Column } from '../kit/columns.ts'
import { DataTable } from '../kit/data-table.tsx'
import { formatCount, formatDuration } from '../kit/format.ts'
import type { SqlResult } from './wire.ts'

interface GridRow {
  readonly index: number
  readonly cells: readonly (string | null)[]
}

const numeric = /^(?:tinyint|smallint|int|bigint|float|double|decimal)/i

/** The rows of a statement. */
export function ResultGrid({
  result,
  label,
  fill = false,
}: {
  readonly result: SqlResult
  readonly label: string
  readonly fill?: boolean
}): ReactNode {
  const columns = useMemo(() => gridColumns(result), [result])
  const rows = useMemo(() => result.rows.map((cells, index) => ({ index, cells })), [result])
  return (
    <DataTable
      label={label}
      fill={fill}
      rows={rows}
      columns={columns}
      rowId={(row) => String(row.index)}
      maxHeight={560}
      footer={
        <>
          <span role="status">
            {formatCount(rows.length)} rows{result.truncated ? ' (there are more)' : ''} in{' '}
            {formatDuration(result.ms)}
          </span>
          <IconButton
            icon="download"
            small
            label="Download these rows as CSV"
            onClick={() => downloadText('result.csv', toCsv(columns, rows))}
          />
        </>
      }
    />
  )
}

function gridColumns(result: SqlResult): Column<GridRow>[] {
  return result.columns.map((column, index) => {
    const isNumber = numeric.test(column.type_text ?? '')
    const text = (row: GridRow) => row.cells[index] ?? undefined
    const longest = result.rows
      .slice(0, 50)
      .reduce((most, row) => Math.max(most, (row[index] ?? '').length), column.name.length)
    return {
      id: String(index),
      header: column.name,
      width: Math.min(340, Math.max(84, longest * 7.4 + 30)),
      align: isNumber ? 'end' : 'start',
      value: (row) => {
        const value = text(row)
        return isNumber && value !== undefined ? Number(value) : value
      },
      cell: (row) => {
        const value = text(row)
        return value === undefined ? (
          <span className="muted">null</span>
        ) : (
          <span title={value}>{value}</span>
        )
      },
    }
  })
}
