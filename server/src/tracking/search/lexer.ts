import { trackingErrors } from '../errors.ts'

export type TokenKind =
  | 'word'
  | 'quoted-name'
  | 'text'
  | 'number'
  | 'operator'
  | 'punctuation'
  | 'end'

export interface Token {
  readonly kind: TokenKind
  /** What it means: quotes gone, doubled quotes single. */
  readonly value: string
  /** What was written. */
  readonly source: string
  /** From 0, in characters. */
  readonly at: number
}

const whitespace = /\s+/y
const patterns: readonly (readonly [TokenKind, RegExp])[] = [
  ['text', /'(?:[^']|'')*'/y],
  ['text', /"(?:[^"]|"")*"/y],
  ['quoted-name', /`(?:[^`]|``)*`/y],
  ['number', /[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?(?![\p{L}\p{N}_])/uy],
  ['word', /[\p{L}\p{N}\p{M}_@/:-]+/uy],
  ['operator', /!=|<>|>=|<=|==|=|>|</y],
  ['punctuation', /[.,()]/y],
]

/** Splits a filter or an order into tokens; anything that is none is refused with its place. */
export function tokenize(text: string): Token[] {
  const tokens: Token[] = []
  let at = skipSpace(text, 0)
  while (at < text.length) {
    const token = readToken(text, at)
    tokens.push(token)
    at = skipSpace(text, at + token.source.length)
  }
  tokens.push({ kind: 'end', value: '', source: 'the end', at: text.length })
  return tokens
}

function skipSpace(text: string, from: number): number {
  whitespace.lastIndex = from
  return whitespace.test(text) ? whitespace.lastIndex : from
}

function readToken(text: string, at: number): Token {
  for (const [kind, pattern] of patterns) {
    pattern.lastIndex = at
    const source = pattern.exec(text)?.[0]
    if (source !== undefined) return { kind, source, value: unquote(source), at }
  }
  const open = text[at] ?? ''
  throw trackingErrors.TRACKING_FILTER_INVALID(
    at,
    `'"\``.includes(open) ? `the quote ${open} is never closed` : `unexpected character '${open}'`,
  )
}

function unquote(source: string): string {
  const quote = source[0]
  if (quote !== "'" && quote !== '"' && quote !== '`') return source
  return source.slice(1, -1).replaceAll(quote + quote, quote)
}
