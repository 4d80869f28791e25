import { ColumnKind, type DroppedColumn, type FeatureColumn } from './types.ts'

/** A column of a table and what its values are like. */
export interface ColumnStatistics {
  readonly name: string
  /** As Databricks spells it: `bigint`, `decimal(10,2)`. */
  readonly type: string
  readonly rows: number
  readonly missing: number
  readonly distinct: number
  /** The least and the greatest value of a number. */
  readonly least: number | undefined
  readonly greatest: number | undefined
  /** Mean number of words of a text. */
  readonly words: number | undefined
}

export type ColumnVerdict = FeatureColumn | DroppedColumn

const integerTypes = new Set(['tinyint', 'smallint', 'int', 'bigint'])
const mostCategories = 32
const fewestRowsOfIdentifiers = 20

export function isNumberType(type: string): boolean {
  return integerTypes.has(type) || type === 'float' || type === 'double' || isDecimal(type)
}

export function isDecimal(type: string): boolean {
  return type.startsWith('decimal')
}

export function isDropped(verdict: ColumnVerdict): verdict is DroppedColumn {
  return 'reason' in verdict
}

/** How the column is understood, or why it is left out. */
export function judgeColumn(column: ColumnStatistics): ColumnVerdict {
  const { name } = column
  const reason = reasonToDrop(column)
  if (reason !== undefined) return { name, reason }
  const isBooleanType = column.type === 'boolean'
  return { name, kind: kindOf(column), isBooleanType, missing: column.missing }
}

function reasonToDrop(column: ColumnStatistics): string | undefined {
  const { type, rows, missing, distinct } = column
  if (!isSupported(type)) return `its type ${type} is not one that models take`
  if (missing === rows) return 'it has no values'
  if (distinct <= 1 && missing === 0) return 'it has the same value in every row'
  if (isIdentifier(column)) return 'it names rows: every row has its own value'
  return undefined
}

function isSupported(type: string): boolean {
  if (isNumberType(type) || type === 'string' || type === 'boolean') return true
  return type === 'date' || type.startsWith('timestamp')
}

function isIdentifier(column: ColumnStatistics): boolean {
  const { name, type, rows, missing, distinct } = column
  if (distinct < rows - missing || missing > 0 || rows < fewestRowsOfIdentifiers) return false
  if (type === 'string') return (column.words ?? 0) < 3
  if (!integerTypes.has(type)) return false
  const isDense = (column.greatest ?? 0) - (column.least ?? 0) < 2 * rows
  return isDense || /(^|_)(id|key|uuid|guid|number|no|nr)$|Id$|ID$/.test(name)
}

function kindOf(column: ColumnStatistics): ColumnKind {
  const { type, distinct, least, greatest } = column
  if (type === 'boolean') return ColumnKind.Boolean
  if (isNumberType(type)) {
    const isFlag = distinct <= 2 && least === 0 && greatest === 1
    return isFlag ? ColumnKind.Boolean : ColumnKind.Numeric
  }
  if (type !== 'string') return ColumnKind.Datetime
  if (distinct <= mostCategories) return ColumnKind.Categorical
  return (column.words ?? 0) >= 4 ? ColumnKind.Text : ColumnKind.HighCardinality
}
