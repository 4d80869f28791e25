import { tablesErrors } from '../errors.ts'
import {
  fromByteText,
  isSymbol,
  isWord,
  tokenize,
  toByteText,
  unquoteName,
  unquoteText,
  type Token,
} from './tokens.ts'
import { readType } from './type-text.ts'
import type { DeltaType } from '../delta/schema.ts'

/** A place in a statement that a parser moves forward. */
export class Cursor {
  readonly text: string
  readonly tokens: readonly Token[]
  at = 0

  constructor(sql: string) {
    this.text = toByteText(sql)
    const tokens = tokenize(this.text)
    while (isSymbol(tokens.at(-1), ';')) tokens.pop()
    this.tokens = tokens
  }

  get token(): Token | undefined {
    return this.tokens[this.at]
  }

  get isAtEnd(): boolean {
    return this.at >= this.tokens.length
  }

  /** Whether these words come next. */
  sees(...words: readonly string[]): boolean {
    return words.every((word, i) => isWord(this.tokens[this.at + i], word))
  }

  seesSymbol(symbol: string): boolean {
    return isSymbol(this.token, symbol)
  }

  /** Moves behind these words where they come next. */
  skip(...words: readonly string[]): boolean {
    if (!this.sees(...words)) return false
    this.at += words.length
    return true
  }

  skipSymbol(symbol: string): boolean {
    if (!this.seesSymbol(symbol)) return false
    this.at++
    return true
  }

  expect(...words: readonly string[]): void {
    if (!this.skip(...words)) throw this.unexpected(words.join(' '))
  }

  expectSymbol(symbol: string): void {
    if (!this.skipSymbol(symbol)) throw this.unexpected(symbol)
  }

  expectEnd(): void {
    if (!this.isAtEnd) throw this.unexpected('the end of the statement')
  }

  /** One name, without its quotes. */
  name(): string {
    const token = this.token
    if (token?.kind !== 'word' && token?.kind !== 'name') throw this.unexpected('a name')
    this.at++
    return fromByteText(unquoteName(token))
  }

  /** `a.b.c` */
  names(): string[] {
    const parts = [this.name()]
    while (this.skipSymbol('.')) parts.push(this.name())
    return parts
  }

  /** `(a, b)` */
  nameList(): string[] {
    this.expectSymbol('(')
    const names = [this.name()]
    while (this.skipSymbol(',')) names.push(this.name())
    this.expectSymbol(')')
    return names
  }

  string(): string {
    const token = this.token
    if (token?.kind !== 'text' && !token?.text.startsWith('"')) throw this.unexpected('a text')
    this.at++
    return fromByteText(token.kind === 'text' ? unquoteText(token) : unquoteName(token))
  }

  number(): number {
    const token = this.token
    const value = Number(token?.kind === 'text' ? unquoteText(token) : token?.text)
    if (!token || Number.isNaN(value)) throw this.unexpected('a number')
    this.at++
    return value
  }

  type(): DeltaType {
    const read = readType(this.tokens, this.at)
    this.at = read.next
    return read.type
  }

  /** The text up to one of these words outside brackets, or up to the end. */
  until(...stops: readonly (readonly string[])[]): string {
    return this.#textUntil(() => stops.some((words) => this.sees(...words)))
  }

  /** The text up to one of these symbols outside brackets. */
  untilSymbol(...symbols: readonly string[]): string {
    return this.#textUntil(() => symbols.some((symbol) => this.seesSymbol(symbol)))
  }

  /** The text of `(…)`, without the brackets. */
  bracketed(): string {
    this.expectSymbol('(')
    const text = this.untilSymbol(')')
    this.expectSymbol(')')
    return text
  }

  rest(): string {
    return this.#textUntil(() => false)
  }

  #textUntil(isStop: () => boolean): string {
    const first = this.at
    let depth = 0
    while (!this.isAtEnd && !(depth === 0 && isStop())) {
      depth += this.#depthChange(depth)
      this.at++
    }
    if (this.at === first) throw this.unexpected('an expression')
    const start = this.tokens[first]?.start ?? 0
    return fromByteText(this.text.slice(start, this.tokens[this.at - 1]?.end))
  }

  #depthChange(depth: number): number {
    // CASE … END may hold WHEN, which ends a clause of MERGE.
    if (this.seesSymbol('(') || this.seesSymbol('[') || this.sees('CASE')) return 1
    if (this.seesSymbol(')') || this.seesSymbol(']')) return -1
    return depth > 0 && this.sees('END') ? -1 : 0
  }

  unexpected(expected: string): Error {
    const token = this.token
    const found = token
      ? `'${fromByteText(token.text)}' at position ${fromByteText(this.text.slice(0, token.start)).length + 1}`
      : 'the end of the statement'
    return tablesErrors.TABLES_STATEMENT_INVALID(`Expected ${expected}, found ${found}`)
  }
}
