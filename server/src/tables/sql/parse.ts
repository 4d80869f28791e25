import { tablesErrors } from '../errors.ts'
import { parseSchemaName } from '../table-name.ts'
import { readTable, refused, type ParseDefaults } from './parse-names.ts'
import { parseAlterTable } from './parse-alter.ts'
import { parseCreate } from './parse-create.ts'
import { parseDml } from './parse-dml.ts'
import { Cursor } from './cursor.ts'
import type { Statement } from './statement.ts'

const queryWords = ['SELECT', 'WITH', 'FROM', 'VALUES', 'TABLE', 'SUMMARIZE']

/** Reads one statement of Databricks SQL; what is not listed is refused by its name. */
export function parseStatement(sql: string, defaults: ParseDefaults): Statement {
  const cursor = new Cursor(sql)
  const first = cursor.token
  if (!first) throw tablesErrors.TABLES_STATEMENT_INVALID('The statement is empty')
  if (cursor.seesSymbol('(') || queryWords.some((word) => cursor.sees(word))) {
    return { kind: 'query', sql: cursor.rest() }
  }
  const parse = parsers[first.text.toUpperCase()]
  if (!parse) throw refused(cursor)
  const statement = parse(cursor, defaults)
  cursor.expectEnd()
  return statement
}

type Parser = (cursor: Cursor, defaults: ParseDefaults) => Statement

const parsers: Readonly<Record<string, Parser>> = {
  CREATE: parseCreate,
  INSERT: parseDml,
  DELETE: parseDml,
  UPDATE: parseDml,
  MERGE: parseDml,
  ALTER: parseAlterTable,
  DROP: parseDrop,
  DESCRIBE: parseDescribe,
  DESC: parseDescribe,
  SHOW: parseShow,
  OPTIMIZE: parseMaintenance,
  VACUUM: parseMaintenance,
  RESTORE: parseMaintenance,
}

function parseDrop(cursor: Cursor, defaults: ParseDefaults): Statement {
  cursor.expect('DROP')
  if (cursor.skip('TABLE')) {
    const ifExists = cursor.skip('IF', 'EXISTS')
    return { kind: 'drop table', table: readTable(cursor, defaults), ifExists }
  }
  if (!cursor.skip('SCHEMA') && !cursor.skip('DATABASE')) throw refused(cursor)
  const ifExists = cursor.skip('IF', 'EXISTS')
  const schema = parseSchemaName(cursor.names().join('.'))
  const cascade = cursor.skip('CASCADE')
  if (!cascade) cursor.skip('RESTRICT')
  return { kind: 'drop schema', schema, ifExists, cascade }
}

function parseDescribe(cursor: Cursor, defaults: ParseDefaults): Statement {
  cursor.at++
  if (cursor.skip('DETAIL')) return { kind: 'describe detail', table: readTable(cursor, defaults) }
  if (cursor.skip('HISTORY')) {
    const table = readTable(cursor, defaults)
    const limit = cursor.skip('LIMIT') ? cursor.number() : undefined
    return { kind: 'describe history', table, limit }
  }
  if (queryWords.some((word) => cursor.sees(word)) && !cursor.sees('TABLE')) {
    return { kind: 'query', sql: `describe ${cursor.rest()}` }
  }
  cursor.skip('TABLE')
  cursor.skip('EXTENDED')
  return { kind: 'describe table', table: readTable(cursor, defaults) }
}

function parseShow(cursor: Cursor, defaults: ParseDefaults): Statement {
  cursor.expect('SHOW')
  if (cursor.skip('CATALOGS')) return { kind: 'show catalogs' }
  if (cursor.skip('SCHEMAS') || cursor.skip('DATABASES')) {
    if (cursor.skip('IN') || cursor.skip('FROM')) parseSchemaName(`${cursor.name()}.x`)
    return { kind: 'show schemas', like: readLike(cursor) }
  }
  if (cursor.skip('TABLES')) {
    const inSchema = cursor.skip('IN') || cursor.skip('FROM')
    const schema = inSchema ? parseSchemaName(cursor.names().join('.')) : defaults.schema
    return { kind: 'show tables', schema, like: readLike(cursor) }
  }
  if (cursor.skip('TBLPROPERTIES')) {
    return { kind: 'show properties', table: readTable(cursor, defaults) }
  }
  throw refused(cursor)
}

function readLike(cursor: Cursor): string | undefined {
  const said = cursor.skip('LIKE')
  return said || cursor.token?.kind === 'text' ? cursor.string() : undefined
}

function parseMaintenance(cursor: Cursor, defaults: ParseDefaults): Statement {
  if (cursor.skip('OPTIMIZE')) {
    return { kind: 'optimize', table: readTable(cursor, defaults) }
  }
  if (cursor.skip('VACUUM')) {
    const table = readTable(cursor, defaults)
    const retainHours = cursor.skip('RETAIN') ? cursor.number() : undefined
    if (retainHours !== undefined) cursor.expect('HOURS')
    return { kind: 'vacuum', table, retainHours, dryRun: cursor.skip('DRY', 'RUN') }
  }
  cursor.expect('RESTORE')
  cursor.skip('TABLE')
  const table = readTable(cursor, defaults)
  cursor.skip('TO')
  if (cursor.skip('VERSION', 'AS', 'OF')) {
    return { kind: 'restore', table, to: { version: cursor.number() } }
  }
  cursor.expect('TIMESTAMP', 'AS', 'OF')
  return { kind: 'restore', table, to: { timestamp: cursor.string() } }
}
