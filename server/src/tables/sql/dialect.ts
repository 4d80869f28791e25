import { quoteName } from '../delta/schema.ts'
import { tablesErrors } from '../errors.ts'
import {
  applyEdits,
  isSymbol,
  isWord,
  toByteText,
  tokenize,
  unquoteName,
  unquoteText,
  type Edit,
  type Token,
} from './tokens.ts'

export interface TimeTravel {
  readonly unit: 'version' | 'timestamp'
  readonly value: string
}

export interface DuckText {
  readonly text: string
  /** By the end of the table name that the clause stood behind. */
  readonly travels: ReadonlyMap<number, TimeTravel>
}

/** By parameter name: the SQL that stands for `:name`. */
export type ParameterLiterals = ReadonlyMap<string, string>

/**
 * Databricks' spelling of a query as DuckDB's: back-ticks, the schema named `default`, the named
 * parameters `:name` that are given; `VERSION AS OF n` and `TIMESTAMP AS OF t` are taken out.
 */
export function toDuckDialect(sql: string, parameters: ParameterLiterals): DuckText {
  const tokens = tokenize(sql)
  const edits = tokens.flatMap((_, i) => editName(tokens, i, parameters) ?? [])
  return takeTimeTravel(applyEdits(sql, edits))
}

function editName(
  tokens: readonly Token[],
  i: number,
  parameters: ParameterLiterals,
): Edit | undefined {
  const token = tokens[i]
  const next = tokens[i + 1]
  if (!token) return undefined
  const { start, end } = token
  if (token.kind === 'name' && token.text.startsWith('`')) {
    return { start, end, text: quoteName(unquoteName(token)) }
  }
  if (isWord(token, 'DEFAULT') && isSymbol(next, '.') && !isSymbol(tokens[i - 1], '.')) {
    return { start, end, text: '"default"' }
  }
  const literal =
    isSymbol(token, ':') && next?.start === end ? parameters.get(next.text) : undefined
  if (!next || literal === undefined) return undefined
  return { start, end: next.end, text: toByteText(literal) }
}

function takeTimeTravel(text: string): DuckText {
  const tokens = tokenize(text)
  const travels = new Map<number, TimeTravel>()
  const edits: Edit[] = []
  for (let i = 1; i < tokens.length; i++) {
    const found = timeTravelAt(tokens, i)
    const behind = tokens[i - 1]?.end
    if (!found || behind === undefined) continue
    travels.set(behind, found.travel)
    // Blanks of the same length keep every other place in the text where it was.
    const { start, end } = found
    edits.push({ start, end, text: ' '.repeat(end - start) })
    while ((tokens[i + 1]?.end ?? Infinity) <= end) i++
  }
  return { text: applyEdits(text, edits), travels }
}

function timeTravelAt(
  tokens: readonly Token[],
  i: number,
): { start: number; end: number; travel: TimeTravel } | undefined {
  const first = tokens[i]
  const from = isWord(first, 'FOR') ? i + 1 : i
  const unit = units.get(tokens[from]?.text.toUpperCase() ?? '')
  if (!first || !unit || !isWord(tokens[from + 1], 'AS') || !isWord(tokens[from + 2], 'OF')) {
    return undefined
  }
  // `timestamp '…'` is one literal.
  const typed = isWord(tokens[from + 3], 'TIMESTAMP') || isWord(tokens[from + 3], 'DATE')
  const value = readLiteral(tokens[from + (typed ? 4 : 3)])
  return { start: first.start, end: value.end, travel: { unit, value: value.text } }
}

const units: ReadonlyMap<string, TimeTravel['unit']> = new Map([
  ['VERSION', 'version'],
  ['SYSTEM_VERSION', 'version'],
  ['TIMESTAMP', 'timestamp'],
  ['SYSTEM_TIME', 'timestamp'],
])

function readLiteral(token: Token | undefined): { end: number; text: string } {
  if (token?.kind === 'number') return token
  if (token?.kind === 'text') return { end: token.end, text: unquoteText(token) }
  throw tablesErrors.TABLES_STATEMENT_INVALID(
    'VERSION AS OF takes a number and TIMESTAMP AS OF a text, written out',
  )
}
