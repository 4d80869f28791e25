import type { Cursor } from './cursor.ts'
import { readTable, refused, type ParseDefaults } from './parse-names.ts'
import { readColumn, readColumns, readKey, readProperties } from './parse-create.ts'
import type { AlterTable } from './statement.ts'

export function parseAlterTable(cursor: Cursor, defaults: ParseDefaults): AlterTable {
  cursor.expect('ALTER')
  if (!cursor.skip('TABLE')) throw refused(cursor)
  const table = readTable(cursor, defaults)
  if (cursor.skip('ADD', 'COLUMNS') || cursor.skip('ADD', 'COLUMN')) {
    const columns = cursor.seesSymbol('(') ? readColumns(cursor) : [readColumn(cursor)]
    return { kind: 'add columns', table, columns }
  }
  if (cursor.skip('ADD', 'CONSTRAINT')) {
    const name = cursor.name()
    cursor.expect('CHECK')
    return { kind: 'add constraint', table, name, check: cursor.bracketed() }
  }
  if (cursor.skip('DROP', 'CONSTRAINT')) {
    const ifExists = cursor.skip('IF', 'EXISTS')
    return { kind: 'drop constraint', table, name: cursor.name(), ifExists }
  }
  if (cursor.skip('SET', 'TBLPROPERTIES')) {
    return { kind: 'set properties', table, set: readProperties(cursor), unset: [] }
  }
  if (cursor.skip('UNSET', 'TBLPROPERTIES')) {
    cursor.skip('IF', 'EXISTS')
    return { kind: 'set properties', table, set: {}, unset: readKeys(cursor) }
  }
  throw cursor.unexpected(
    'ADD COLUMN, ADD CONSTRAINT, DROP CONSTRAINT, SET TBLPROPERTIES or UNSET TBLPROPERTIES',
  )
}

function readKeys(cursor: Cursor): string[] {
  cursor.expectSymbol('(')
  const keys = [readKey(cursor)]
  while (cursor.skipSymbol(',')) keys.push(readKey(cursor))
  cursor.expectSymbol(')')
  return keys
}
