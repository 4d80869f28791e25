import type { StructField } from '../delta/schema.ts'
import { tablesErrors } from '../errors.ts'
import { parseSchemaName } from '../table-name.ts'
import type { Cursor } from './cursor.ts'
import { readTable, refused, type ParseDefaults } from './parse-names.ts'
import type { CreateTable, Statement } from './statement.ts'

export function parseCreate(cursor: Cursor, defaults: ParseDefaults): Statement {
  cursor.expect('CREATE')
  if (cursor.skip('SCHEMA') || cursor.skip('DATABASE')) return parseCreateSchema(cursor)
  const orReplace = cursor.skip('OR', 'REPLACE')
  if (!cursor.skip('TABLE')) throw refused(cursor)
  const ifNotExists = cursor.skip('IF', 'NOT', 'EXISTS')
  const table = readTable(cursor, defaults)
  const columns = cursor.seesSymbol('(') ? readColumns(cursor) : undefined
  const clauses = readClauses(cursor)
  return { kind: 'create table', table, ifNotExists, orReplace, columns, ...clauses }
}

function parseCreateSchema(cursor: Cursor): Statement {
  const ifNotExists = cursor.skip('IF', 'NOT', 'EXISTS')
  const schema = parseSchemaName(cursor.names().join('.'))
  const comment = cursor.skip('COMMENT') ? cursor.string() : undefined
  return { kind: 'create schema', schema, ifNotExists, comment }
}

/** `(a INT NOT NULL COMMENT 'x', b STRING)` */
export function readColumns(cursor: Cursor): StructField[] {
  cursor.expectSymbol('(')
  const columns = [readColumn(cursor)]
  while (cursor.skipSymbol(',')) columns.push(readColumn(cursor))
  cursor.expectSymbol(')')
  const names = columns.map((column) => column.name.toLowerCase())
  const twice = names.find((name, i) => names.indexOf(name) !== i)
  if (twice !== undefined) {
    throw tablesErrors.TABLES_STATEMENT_INVALID(`Column '${twice}' is there twice`)
  }
  return columns
}

export function readColumn(cursor: Cursor): StructField {
  const name = cursor.name()
  const type = cursor.type()
  let nullable = true
  let comment: string | undefined
  for (;;) {
    if (cursor.skip('NOT', 'NULL')) nullable = false
    else if (cursor.skip('COMMENT')) comment = cursor.string()
    else break
  }
  const refusedOption = ['DEFAULT', 'GENERATED', 'PRIMARY', 'CHECK', 'CONSTRAINT', 'REFERENCES']
  const option = refusedOption.find((word) => cursor.sees(word))
  if (option) throw tablesErrors.TABLES_STATEMENT_UNSUPPORTED(`${option} of a column`)
  return { name, type, nullable, metadata: comment === undefined ? {} : { comment } }
}

type Clauses = Pick<CreateTable, 'partitionedBy' | 'location' | 'properties' | 'comment' | 'query'>

function readClauses(cursor: Cursor): Clauses {
  let clauses: Clauses = {
    partitionedBy: [],
    location: undefined,
    properties: {},
    comment: undefined,
    query: undefined,
  }
  while (!cursor.isAtEnd && clauses.query === undefined) {
    clauses = { ...clauses, ...readClause(cursor) }
  }
  return clauses
}

function readClause(cursor: Cursor): Partial<Clauses> {
  if (cursor.skip('USING')) {
    if (cursor.skip('DELTA')) return {}
    throw tablesErrors.TABLES_STATEMENT_UNSUPPORTED(`A table USING ${cursor.name().toUpperCase()}`)
  }
  if (cursor.skip('PARTITIONED', 'BY')) return { partitionedBy: cursor.nameList() }
  if (cursor.skip('LOCATION')) return { location: cursor.string() }
  if (cursor.skip('COMMENT')) return { comment: cursor.string() }
  if (cursor.skip('TBLPROPERTIES')) return { properties: readProperties(cursor) }
  cursor.skip('AS')
  const isQuery = ['SELECT', 'WITH', 'FROM', 'VALUES'].some((word) => cursor.sees(word))
  if (isQuery || cursor.seesSymbol('(')) return { query: cursor.rest() }
  throw cursor.unexpected('a clause of CREATE TABLE')
}

/** `('a' = 'b', c.d = 1)` */
export function readProperties(cursor: Cursor): Record<string, string> {
  const properties: Record<string, string> = {}
  cursor.expectSymbol('(')
  do {
    const key = readKey(cursor)
    cursor.skipSymbol('=')
    properties[key] = readValue(cursor)
  } while (cursor.skipSymbol(','))
  cursor.expectSymbol(')')
  return properties
}

export function readKey(cursor: Cursor): string {
  return cursor.token?.kind === 'text' ? cursor.string() : cursor.names().join('.')
}

function readValue(cursor: Cursor): string {
  const token = cursor.token
  if (token?.kind === 'word' || token?.kind === 'number') {
    cursor.at++
    return token.text
  }
  return cursor.string()
}
