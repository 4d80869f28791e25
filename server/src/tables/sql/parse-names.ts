import { tablesErrors } from '../errors.ts'
import { nameOfParts, type TableName } from '../table-name.ts'
import type { Cursor } from './cursor.ts'

export interface ParseDefaults {
  /** The schema of names without one. */
  readonly schema: string
}

/** Names the statement by its first words: `GRANT SELECT`. */
export function refused(cursor: Cursor): Error {
  const words: string[] = []
  for (const token of cursor.tokens.slice(0, 3)) {
    if (token.kind !== 'word') break
    words.push(token.text.toUpperCase())
  }
  const name = words.slice(0, 2).join(' ') || `A statement that begins with ${cursor.token?.text}`
  return tablesErrors.TABLES_STATEMENT_UNSUPPORTED(name)
}

export function readTable(cursor: Cursor, defaults: ParseDefaults): TableName {
  return nameOfParts(cursor.names(), defaults.schema)
}
