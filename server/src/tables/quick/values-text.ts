import { Cursor } from '../sql/cursor.ts'
import { fromByteText, unquoteText } from '../sql/tokens.ts'
import { cellOfNumber, cellOfText, type Cell } from './cells.ts'

/**
 * The rows of a `VALUES (…), (…)` of plain literals, as columns of `types`.
 * Undefined where it holds anything else, or a literal that is not plainly of its column's type.
 */
export function cellsOfValues(sql: string, types: readonly string[]): Cell[][] | undefined {
  const cursor = new Cursor(sql)
  if (!cursor.skip('VALUES')) return undefined
  const columns = types.map((): Cell[] => [])
  do {
    if (!readRow(cursor, types, columns)) return undefined
  } while (cursor.skipSymbol(','))
  return cursor.isAtEnd ? columns : undefined
}

function readRow(cursor: Cursor, types: readonly string[], columns: readonly Cell[][]): boolean {
  if (!cursor.skipSymbol('(')) return false
  for (const [i, type] of types.entries()) {
    if (i > 0 && !cursor.skipSymbol(',')) return false
    const cell = readLiteral(cursor, type)
    if (cell === undefined) return false
    columns[i]?.push(cell)
  }
  return cursor.skipSymbol(')')
}

function readLiteral(cursor: Cursor, type: string): Cell | undefined {
  if (cursor.skip('NULL')) return null
  if (type === 'boolean') return readBoolean(cursor)
  if (type === 'date') cursor.skip('DATE')
  if (type.startsWith('timestamp')) cursor.skip('TIMESTAMP')
  const isNegative = cursor.skipSymbol('-')
  const { token } = cursor
  if (!token) return undefined
  cursor.at++
  if (token.kind === 'number') return numberLiteral(type, token.text, isNegative)
  if (token.kind !== 'text' || isNegative || !token.text.startsWith("'")) return undefined
  return cellOfText(type, fromByteText(unquoteText(token)))
}

function readBoolean(cursor: Cursor): boolean | undefined {
  if (cursor.skip('TRUE')) return true
  return cursor.skip('FALSE') ? false : undefined
}

// Up to 15 digits every way of reading a number gives the same double.
const plainNumber = /^(?<whole>\d+)(?:\.(?<fraction>\d+))?$/
const exactDigits = 15

function numberLiteral(type: string, text: string, isNegative: boolean): Cell | undefined {
  const found = plainNumber.exec(text)?.groups
  const { whole = '', fraction = '' } = found ?? {}
  if (!found || whole.length + fraction.length > exactDigits) return undefined
  if (fraction !== '' && type !== 'double') return undefined
  const value = Number(text)
  return cellOfNumber(type, isNegative && value !== 0 ? -value : value)
}
