import { tablesErrors } from '../errors.ts'
import type { Cursor } from './cursor.ts'
import { readTable, refused, type ParseDefaults } from './parse-names.ts'
import type { Assignment, Merge, MergeClause, Statement } from './statement.ts'

export function parseDml(cursor: Cursor, defaults: ParseDefaults): Statement {
  if (cursor.skip('INSERT')) return parseInsert(cursor, defaults)
  if (cursor.skip('DELETE')) return parseDelete(cursor, defaults)
  if (cursor.skip('UPDATE')) return parseUpdate(cursor, defaults)
  return parseMerge(cursor, defaults)
}

function parseInsert(cursor: Cursor, defaults: ParseDefaults): Statement {
  const overwrite = cursor.skip('OVERWRITE')
  if (!overwrite && !cursor.skip('INTO')) throw refused(cursor)
  cursor.skip('TABLE')
  const table = readTable(cursor, defaults)
  if (cursor.sees('PARTITION') || cursor.sees('REPLACE')) {
    throw tablesErrors.TABLES_STATEMENT_UNSUPPORTED(`INSERT … ${cursor.token?.text.toUpperCase()}`)
  }
  const byName = cursor.skip('BY', 'NAME')
  const isColumnList = cursor.seesSymbol('(') && !isQueryInBrackets(cursor)
  const columns = isColumnList ? cursor.nameList() : undefined
  return { kind: 'insert', table, overwrite, columns, byName, query: cursor.rest() }
}

function isQueryInBrackets(cursor: Cursor): boolean {
  const next = cursor.tokens[cursor.at + 1]
  const words = ['SELECT', 'WITH', 'FROM', 'VALUES', '(']
  return words.includes(next?.text.toUpperCase() ?? '')
}

function readAlias(cursor: Cursor, stops: readonly string[]): string | undefined {
  if (cursor.skip('AS')) return cursor.name()
  const isName = cursor.token?.kind === 'word' || cursor.token?.kind === 'name'
  return isName && !stops.some((word) => cursor.sees(word)) ? cursor.name() : undefined
}

function parseDelete(cursor: Cursor, defaults: ParseDefaults): Statement {
  cursor.expect('FROM')
  const table = readTable(cursor, defaults)
  const alias = readAlias(cursor, ['WHERE']) ?? table.table
  const where = cursor.skip('WHERE') ? cursor.rest() : undefined
  return { kind: 'delete', table, alias, where }
}

function parseUpdate(cursor: Cursor, defaults: ParseDefaults): Statement {
  const table = readTable(cursor, defaults)
  const alias = readAlias(cursor, ['SET']) ?? table.table
  cursor.expect('SET')
  const set = readAssignments(cursor, [['WHERE']])
  const where = cursor.skip('WHERE') ? cursor.rest() : undefined
  return { kind: 'update', table, alias, set, where }
}

type Stops = readonly (readonly string[])[]

function readAssignments(cursor: Cursor, stops: Stops): Assignment[] {
  const set: Assignment[] = []
  do {
    const column = cursor.names().at(-1) ?? ''
    cursor.expectSymbol('=')
    set.push({ column, value: untilCommaOr(cursor, stops) })
  } while (cursor.skipSymbol(','))
  return set
}

function untilCommaOr(cursor: Cursor, stops: Stops): string {
  const comma = findEnd(cursor, () => cursor.untilSymbol(','))
  const word = findEnd(cursor, () => cursor.until(...stops))
  return comma < word ? cursor.untilSymbol(',') : cursor.until(...stops)
}

function findEnd(cursor: Cursor, move: () => unknown): number {
  const from = cursor.at
  move()
  const end = cursor.at
  cursor.at = from
  return end
}

function parseMerge(cursor: Cursor, defaults: ParseDefaults): Merge {
  cursor.expect('MERGE')
  cursor.expect('INTO')
  const table = readTable(cursor, defaults)
  const alias = readAlias(cursor, ['USING']) ?? table.table
  cursor.expect('USING')
  const source = readMergeSource(cursor)
  const sourceAlias = readAlias(cursor, ['ON']) ?? source.name
  if (sourceAlias === undefined) throw cursor.unexpected('a name for the source')
  cursor.expect('ON')
  const on = cursor.until(['WHEN', 'MATCHED'], ['WHEN', 'NOT', 'MATCHED'])
  const clauses: MergeClause[] = []
  while (cursor.skip('WHEN')) clauses.push(readMergeClause(cursor))
  if (clauses.length === 0) throw cursor.unexpected('WHEN')
  return { kind: 'merge', table, alias, source: source.text, sourceAlias, on, clauses }
}

function readMergeSource(cursor: Cursor): { text: string; name: string | undefined } {
  if (cursor.seesSymbol('(')) return { text: `(${cursor.bracketed()})`, name: undefined }
  const start = cursor.at
  const name = cursor.names().at(-1)
  cursor.at = start
  const words = cursor.names().map((part) => `\`${part.replaceAll('`', '``')}\``)
  const travel =
    cursor.sees('VERSION', 'AS', 'OF') || cursor.sees('TIMESTAMP', 'AS', 'OF')
      ? ` ${cursor.name()} ${cursor.name()} ${cursor.name()} ${readTravelValue(cursor)}`
      : ''
  return { text: words.join('.') + travel, name }
}

function readTravelValue(cursor: Cursor): string {
  const token = cursor.token
  if (!token) throw cursor.unexpected('a version')
  cursor.at++
  return token.text
}

const nextClause: Stops = [
  ['WHEN', 'MATCHED'],
  ['WHEN', 'NOT', 'MATCHED'],
]

function readMergeClause(cursor: Cursor): MergeClause {
  const not = cursor.skip('NOT')
  cursor.expect('MATCHED')
  const bySource = not && cursor.skip('BY', 'SOURCE')
  if (not && !bySource) cursor.skip('BY', 'TARGET')
  const condition = cursor.skip('AND') ? cursor.until(['THEN']) : undefined
  cursor.expect('THEN')
  if (not && !bySource) {
    cursor.expect('INSERT')
    return { when: 'not matched', condition, action: 'insert', set: readInsertion(cursor) }
  }
  const when = bySource ? 'not matched by source' : 'matched'
  if (cursor.skip('DELETE')) return { when, condition, action: 'delete' }
  cursor.expect('UPDATE')
  cursor.expect('SET')
  const set = cursor.skipSymbol('*') ? 'all' : readAssignments(cursor, nextClause)
  return { when, condition, action: 'update', set }
}

function readInsertion(cursor: Cursor): readonly Assignment[] | 'all' {
  if (cursor.skipSymbol('*')) return 'all'
  const columns = cursor.nameList()
  cursor.expect('VALUES')
  cursor.expectSymbol('(')
  const values = [cursor.untilSymbol(',', ')')]
  while (cursor.skipSymbol(',')) values.push(cursor.untilSymbol(',', ')'))
  cursor.expectSymbol(')')
  if (values.length !== columns.length) {
    throw tablesErrors.TABLES_STATEMENT_INVALID(
      `INSERT names ${columns.length} columns and ${values.length} values`,
    )
  }
  return columns.map((column, i) => ({ column, value: values[i] ?? '' }))
}
