/**
 * MLflow's search language:
 *
 *   filter     := comparison (AND comparison)*
 *   comparison := name operator value | name IS [NOT] NULL | name [NOT] IN '(' text (, text)* ')'
 *   name       := [prefix '.'] key, where a key or any part of it may be quoted
 *   order      := name [ASC | DESC]
 */
import { trackingErrors } from '../errors.ts'
import { tokenize, type Token } from './lexer.ts'

export type Entity = 'metric' | 'param' | 'tag' | 'attribute' | 'dataset' | 'metadata'

export type Operator =
  | '='
  | '!='
  | '>'
  | '>='
  | '<'
  | '<='
  | 'LIKE'
  | 'ILIKE'
  | 'IN'
  | 'NOT IN'
  | 'IS NULL'
  | 'IS NOT NULL'

export interface Name {
  readonly entity: Entity
  readonly key: string
  /** Where it stands in the text, from 0. */
  readonly at: number
}

export interface Comparison extends Name {
  readonly operator: Operator
  /** Text, number, or the texts of a list; absent for IS NULL. */
  readonly value: string | number | readonly string[] | undefined
  readonly valueAt: number
}

export interface Order extends Name {
  readonly ascending: boolean
}

/** What the words before a dot stand for. */
export type Prefixes = ReadonlyMap<string, Entity>

export const runPrefixes: Prefixes = new Map([
  ['metric', 'metric'],
  ['metrics', 'metric'],
  ['param', 'param'],
  ['params', 'param'],
  ['parameter', 'param'],
  ['parameters', 'param'],
  ['tag', 'tag'],
  ['tags', 'tag'],
  ['attribute', 'attribute'],
  ['attributes', 'attribute'],
  ['attr', 'attribute'],
  ['run', 'attribute'],
  ['dataset', 'dataset'],
  ['datasets', 'dataset'],
])

const mostComparisons = 200

/** The comparisons of a filter, all of which must hold; none for an absent or empty filter. */
export function parseFilter(
  filter: string | undefined,
  prefixes: Prefixes = runPrefixes,
): Comparison[] {
  if (filter === undefined || filter === '') return []
  const reader = new Reader(tokenize(filter), prefixes)
  const comparisons: Comparison[] = []
  do {
    comparisons.push(readComparison(reader))
    if (comparisons.length > mostComparisons) {
      throw reader.refuse(reader.next, `at most ${mostComparisons} comparisons in one filter`)
    }
  } while (reader.takeWord('AND'))
  if (reader.next.kind !== 'end') throw reader.unexpected("AND or the filter's end")
  return comparisons
}

export function parseOrderBy(orderBy: string, prefixes: Prefixes = runPrefixes): Order {
  const reader = new Reader(tokenize(orderBy), prefixes)
  const name = readName(reader)
  const descending = reader.takeWord('DESC')
  if (!descending) reader.takeWord('ASC')
  if (reader.next.kind !== 'end') throw reader.unexpected("ASC, DESC or the order's end")
  return { ...name, ascending: !descending }
}

class Reader {
  readonly prefixes: Prefixes
  readonly #tokens: readonly Token[]
  #index = 0

  constructor(tokens: readonly Token[], prefixes: Prefixes) {
    this.#tokens = tokens
    this.prefixes = prefixes
  }

  get next(): Token {
    const token = this.#tokens[this.#index] ?? this.#tokens.at(-1)
    if (!token) throw new Error('A token list always has an end')
    return token
  }

  take(): Token {
    const token = this.next
    this.#index += 1
    return token
  }

  takeWord(word: string): boolean {
    const { kind, value } = this.next
    if (kind !== 'word' || value.toUpperCase() !== word) return false
    this.#index += 1
    return true
  }

  takePunctuation(mark: string): boolean {
    const { kind, value } = this.next
    if (kind !== 'punctuation' || value !== mark) return false
    this.#index += 1
    return true
  }

  unexpected(expected: string): Error {
    const { next } = this
    const found = next.kind === 'end' ? 'it ends' : `found ${clip(next.source)}`
    return this.refuse(next, `expected ${expected}, ${found}`)
  }

  refuse(token: Token, problem: string): Error {
    return trackingErrors.TRACKING_FILTER_INVALID(token.at, problem)
  }
}

function clip(source: string): string {
  return source.length > 80 ? `${source.slice(0, 80)}…` : source
}

const nameKinds = new Set(['word', 'quoted-name', 'text', 'number'])

function readName(reader: Reader): Name {
  const first = reader.next
  if (!nameKinds.has(first.kind) || first.source.startsWith("'")) {
    throw reader.unexpected('a name such as metrics.accuracy, params.depth, tags.team or status')
  }
  const parts = [reader.take()]
  while (reader.takePunctuation('.')) {
    if (!nameKinds.has(reader.next.kind)) throw reader.unexpected("a name after '.'")
    parts.push(reader.take())
  }
  // `Run Name` is an attribute of two words.
  if (parts.length === 1 && first.value.toLowerCase() === 'run' && reader.takeWord('NAME')) {
    return { entity: 'attribute', key: 'run name', at: first.at }
  }
  if (parts.length === 1) return { entity: 'attribute', key: first.value, at: first.at }
  const entity = first.kind === 'word' ? reader.prefixes.get(first.value.toLowerCase()) : undefined
  if (!entity) {
    throw reader.refuse(
      first,
      `'${clip(first.value)}' is no kind of value; use one of ${[...reader.prefixes.keys()].join(', ')}`,
    )
  }
  const key = parts.slice(1).map((part) => part.value)
  return { entity, key: key.join('.'), at: first.at }
}

function readComparison(reader: Reader): Comparison {
  const name = readName(reader)
  if (reader.takeWord('IS')) {
    const operator = reader.takeWord('NOT') ? 'IS NOT NULL' : 'IS NULL'
    const at = reader.next.at
    if (!reader.takeWord('NULL')) throw reader.unexpected('NULL after IS')
    return { ...name, operator, value: undefined, valueAt: at }
  }
  if (reader.takeWord('NOT')) {
    if (!reader.takeWord('IN')) throw reader.unexpected('IN after NOT')
    return { ...name, operator: 'NOT IN', ...readList(reader) }
  }
  if (reader.takeWord('IN')) return { ...name, operator: 'IN', ...readList(reader) }
  const operator = readOperator(reader)
  return { ...name, operator, ...readValue(reader) }
}

const aliases: Readonly<Record<string, Operator>> = { '==': '=', '<>': '!=' }

function readOperator(reader: Reader): Operator {
  if (reader.takeWord('LIKE')) return 'LIKE'
  if (reader.takeWord('ILIKE')) return 'ILIKE'
  if (reader.next.kind !== 'operator') {
    throw reader.unexpected('one of = != > >= < <= LIKE ILIKE IN, NOT IN, IS NULL, IS NOT NULL')
  }
  const { value } = reader.take()
  return aliases[value] ?? (value as Operator)
}

type ReadValue = Pick<Comparison, 'value' | 'valueAt'>

function readValue(reader: Reader): ReadValue {
  const token = reader.next
  if (token.kind === 'text') return { value: reader.take().value, valueAt: token.at }
  if (token.kind === 'number') return { value: Number(reader.take().value), valueAt: token.at }
  throw reader.unexpected("a number or a quoted text such as 'value'")
}

function readList(reader: Reader): ReadValue {
  const at = reader.next.at
  if (!reader.takePunctuation('(')) throw reader.unexpected("'(' and a list of quoted texts")
  const items: string[] = []
  do {
    if (reader.next.kind !== 'text') throw reader.unexpected("a quoted text such as 'value'")
    items.push(reader.take().value)
  } while (reader.takePunctuation(','))
  if (!reader.takePunctuation(')')) throw reader.unexpected("',' or ')'")
  return { value: items, valueAt: at }
}
