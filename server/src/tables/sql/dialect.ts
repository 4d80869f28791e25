import { quoteName } from '../delta/schema.ts'
import { applyEdits, isSymbol, isWord, tokenize, unquoteName, type Edit, type Token } from './tokens.ts'

/**
 * Databricks' spelling of a query as DuckDB's: back-ticks, the schema named `default`,
 * `VERSION AS OF n` and `TIMESTAMP AS OF t`, and the named parameters `:name` that are given.
 */
export function toDuckDialect(sql: string, parameters: ReadonlySet<string>): string {
  const tokens = tokenize(sql)
  const edits: Edit[] = []
  for (let i = 0; i < tokens.length; i++) {
    const edit = editAt(tokens, i, parameters)
    if (!edit) continue
    edits.push(edit)
    while ((tokens[i + 1]?.end ?? Infinity) <= edit.end) i++
  }
  return applyEdits(sql, edits)
}

function editAt(
  tokens: readonly Token[],
  i: number,
  parameters: ReadonlySet<string>,
): Edit | undefined {
  const token = tokens[i]
  const next = tokens[i + 1]
  if (!token) return undefined
  const { start, end } = token
  if (token.kind === 'name') {
    return token.text.startsWith('`') ? { start, end, text: quoteName(unquoteName(token)) } : undefined
  }
  if (isWord(token, 'DEFAULT') && isSymbol(next, '.') && !isSymbol(tokens[i - 1], '.')) {
    return { start, end, text: '"default"' }
  }
  if (isSymbol(token, ':') && next && parameters.has(next.text) && next.start === end) {
    return { start, end: next.end, text: `$${next.text}` }
  }
  return timeTravelAt(tokens, i)
}

function timeTravelAt(tokens: readonly Token[], i: number): Edit | undefined {
  const from = isWord(tokens[i], 'FOR') ? i + 1 : i
  const unit = tokens[from]
  const isVersion = isWord(unit, 'VERSION') || isWord(unit, 'SYSTEM_VERSION')
  const isTime = isWord(unit, 'TIMESTAMP') || isWord(unit, 'SYSTEM_TIME')
  if (!isVersion && !isTime) return undefined
  if (!isWord(tokens[from + 1], 'AS') || !isWord(tokens[from + 2], 'OF')) return undefined
  // `timestamp '…'` is one literal.
  const typed = isWord(tokens[from + 3], 'TIMESTAMP') || isWord(tokens[from + 3], 'DATE')
  const value = tokens[from + (typed ? 4 : 3)]
  const start = tokens[i]?.start
  if (start === undefined || !value) return undefined
  const name = isVersion ? 'VERSION' : 'TIMESTAMP'
  return { start, end: value.end, text: `AT (${name} => ${value.text})` }
}
