/**
 * SQL as tokens, with their places in the text.
 *
 * DuckDB counts in bytes of UTF-8, so everything here works on the "byte text" of a statement: one
 * character per byte. `toByteText` and `fromByteText` go there and back.
 */
import { tablesErrors } from '../errors.ts'

export type TokenKind = 'word' | 'name' | 'text' | 'number' | 'symbol'

export interface Token {
  readonly kind: TokenKind
  /** As written; a name keeps its quotes. */
  readonly text: string
  readonly start: number
  readonly end: number
}

export function toByteText(sql: string): string {
  return Buffer.from(sql, 'utf8').toString('latin1')
}

export function fromByteText(bytes: string): string {
  return Buffer.from(bytes, 'latin1').toString('utf8')
}

const patterns: readonly (readonly [TokenKind | 'space', RegExp])[] = [
  ['space', /(?:\s+|--[^\n]*|\/\*[\s\S]*?\*\/)/y],
  ['text', /(?:[eE]?'(?:[^']|'')*'|\$(?<tag>\w*)\$[\s\S]*?\$\k<tag>\$)/y],
  ['name', /(?:"(?:[^"]|"")*"|`(?:[^`]|``)*`)/y],
  ['number', /(?:\d[\d_]*(?:\.\d+)?(?:[eE][+-]?\d+)?|\.\d+(?:[eE][+-]?\d+)?)/y],
  ['word', /[A-Za-z_\u0080-\u00ff][\w$\u0080-\u00ff]*/y],
  ['symbol', /(?:::|=>|->>|->|<=|>=|<>|!=|\|\||[^\s])/y],
]

/** The tokens of a byte text, without white space and comments. */
export function tokenize(sql: string): Token[] {
  const tokens: Token[] = []
  let at = 0
  while (at < sql.length) {
    const found = matchAt(sql, at)
    if (found.kind !== 'space') tokens.push(found as Token)
    at = found.end
  }
  return tokens
}

function matchAt(sql: string, start: number): Omit<Token, 'kind'> & { kind: TokenKind | 'space' } {
  const first = sql[start] ?? ''
  for (const [kind, pattern] of patterns) {
    pattern.lastIndex = start
    const text = pattern.exec(sql)?.[0]
    if (text === undefined) continue
    if (kind === 'symbol' && `'"\``.includes(first)) break
    return { kind, text, start, end: start + text.length }
  }
  throw tablesErrors.TABLES_STATEMENT_INVALID(
    `The ${first} at position ${start + 1} of the statement is never closed`,
  )
}

/** Whether a token is this word, however it is written. */
export function isWord(token: Token | undefined, word: string): boolean {
  return token?.kind === 'word' && token.text.toUpperCase() === word
}

export function isSymbol(token: Token | undefined, symbol: string): boolean {
  return token?.kind === 'symbol' && token.text === symbol
}

/** A name without its quotes. */
export function unquoteName(token: Token): string {
  if (token.kind !== 'name') return token.text
  const quote = token.text[0] ?? ''
  return token.text.slice(1, -1).replaceAll(quote + quote, quote)
}

/** A text without its quotes. */
export function unquoteText(token: Token): string {
  return token.text.replace(/^[eE]?'|'$/g, '').replaceAll("''", "'")
}

export interface Edit {
  readonly start: number
  readonly end: number
  readonly text: string
}

/** Replaces pieces of a text; the pieces do not overlap. */
export function applyEdits(text: string, edits: readonly Edit[]): string {
  let result = ''
  let at = 0
  for (const edit of [...edits].sort((a, b) => a.start - b.start)) {
    result += text.slice(at, edit.start) + edit.text
    at = edit.end
  }
  return result + text.slice(at)
}
