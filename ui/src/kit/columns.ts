import type { ReactNode } from 'react'

export type CellValue = string | number | undefined

export interface Column<Row> {
  readonly id: string
  readonly header: string
  /** Its heading in the column chooser. */
  readonly group?: string
  readonly width?: number
  /** Takes the room that is left; `width` is the least it gets. */
  readonly grow?: boolean
  readonly align?: 'start' | 'end'
  /** What sorting, CSV and the title on hover use. A column without it cannot be sorted. */
  readonly value?: (row: Row) => CellValue
  /** What is shown; `value` when absent. */
  readonly cell?: (row: Row) => ReactNode
  readonly sortable?: boolean
}

export interface SortKey {
  readonly id: string
  readonly descending: boolean
}

/** `-metrics.auc,name` ↔ sort keys, the form that the URL carries. */
export function parseSort(text: string | undefined): SortKey[] {
  return (text ?? '')
    .split(',')
    .filter((part) => part !== '' && part !== '-')
    .map((part) => ({ id: part.replace(/^-/, ''), descending: part.startsWith('-') }))
}

export function formatSort(sort: readonly SortKey[]): string | undefined {
  const text = sort.map((key) => `${key.descending ? '-' : ''}${key.id}`).join(',')
  return text === '' ? undefined : text
}

/** Numbers by size, text by language with numbers inside it; what is absent comes last. */
export function compareValues(left: CellValue, right: CellValue): number {
  const leftAbsent = left === undefined || Number.isNaN(left)
  const rightAbsent = right === undefined || Number.isNaN(right)
  if (leftAbsent || rightAbsent) return Number(leftAbsent) - Number(rightAbsent)
  if (typeof left === 'number' && typeof right === 'number') return left - right
  return collator.compare(String(left), String(right))
}

const collator = new Intl.Collator(undefined, { numeric: true, sensitivity: 'base' })

/** The rows as RFC 4180 text with a header line. */
export function toCsv<Row>(columns: readonly Column<Row>[], rows: readonly Row[]): string {
  const quote = (value: CellValue): string => {
    const text = value === undefined ? '' : String(value)
    // A leading = + - @ would run as a formula in a spreadsheet, unless it is a number.
    const safe = /^[=+\-@]/.test(text) && Number.isNaN(Number(text)) ? `'${text}` : text
    return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
  }
  const lines = [columns.map((column) => quote(column.header)).join(',')]
  for (const row of rows) lines.push(columns.map((column) => quote(column.value?.(row))).join(','))
  return `${lines.join('\r\n')}\r\n`
}

/** Offers a text as a file. */
export function downloadText(name: string, text: string, type = 'text/csv'): void {
  const url = URL.createObjectURL(new Blob([text], { type: `${type};charset=utf-8` }))
  const link = document.createElement('a')
  link.href = url
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(url), 1000)
}
