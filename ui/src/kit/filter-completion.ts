export interface Completion {
  /** What is put in place of the word under the cursor. */
  readonly text: string
  readonly note: string
}

export interface Completions {
  readonly choices: readonly Completion[]
  /** Where the word that a choice replaces begins. */
  readonly from: number
}

/** What a kind of thing can be searched by. */
export interface Grammar {
  readonly attributes: readonly Completion[]
  /** Values that an attribute can have, by its name. */
  readonly values: Readonly<Record<string, readonly string[]>>
  /** The attribute that a single plain word means. */
  readonly nameAttribute: string
  readonly example: string
}

const operators: Readonly<Record<'number' | 'text', readonly string[]>> = {
  number: ['>', '>=', '<', '<=', '=', '!='],
  text: ['=', '!=', 'LIKE', 'ILIKE'],
}

/** A word, or something in quotes, which may still be open at the end. */
const token = /(?:`[^`]*(?:`|$)|"[^"]*(?:"|$)|'[^']*(?:'|$)|[^\s`"'])+/g

function isNumeric(name: string): boolean {
  return /^metrics?\./i.test(name) || /_time$|_ms$|_number$|\.timestamp$/.test(name)
}

/**
 * What may come next in a filter such as `metrics.auc > 0.8 AND params.depth = '3'`, given the
 * text up to the cursor and the keys that are known.
 */
export function completeFilter(
  before: string,
  keys: readonly string[],
  grammar: Grammar,
): Completions {
  const tokens = [...before.matchAll(token)]
  const last = tokens.at(-1)
  const current = last !== undefined && last.index + last[0].length === before.length ? last[0] : ''
  const whole = tokens.map((found) => found[0]).slice(0, current === '' ? undefined : -1)
  const words = whole.slice(whole.findLastIndex((word) => /^AND$/i.test(word)) + 1)
  const from = before.length - current.length
  const fits = (one: Completion) => one.text.toLowerCase().includes(current.toLowerCase())
  return { from, choices: nextWords(words, keys, grammar).filter(fits).slice(0, 60) }
}

function nextWords(
  words: readonly string[],
  keys: readonly string[],
  { attributes, values }: Grammar,
): readonly Completion[] {
  const [key = ''] = words
  switch (words.length) {
    case 0:
      return [...keys.map((name) => ({ text: quoteKey(name), note: kindOf(name) })), ...attributes]
    case 1:
      return operators[isNumeric(key) ? 'number' : 'text'].map((text) => ({
        text,
        note: 'operator',
      }))
    case 2:
      return (values[key] ?? []).map((value) => ({ text: `'${value}'`, note: 'value' }))
    default:
      return [{ text: 'AND', note: 'and' }]
  }
}

function kindOf(key: string): string {
  return (key.split('.')[0] ?? '').replace(/s$/, '')
}

function quoteKey(key: string): string {
  const [prefix = '', ...rest] = key.split('.')
  return /^[\w.]+$/.test(key) ? key : `${prefix}.\`${rest.join('.')}\``
}

/** A filter as it is sent: a single plain word looks into names. */
export function toFilter(text: string, { nameAttribute }: Grammar): string {
  const word = text.trim()
  return /^[\p{L}\p{N}_-]+$/u.test(word) ? `${nameAttribute} ILIKE '%${word}%'` : word
}

export interface FilterFault {
  /** From 0, in characters. */
  readonly at: number
  readonly problem: string
}

/** Where a filter is wrong and why, as the server says it; undefined for any other failure. */
export function faultOf(error: unknown): FilterFault | undefined {
  if (!(error instanceof Error)) return undefined
  const found = /^Invalid search at position (\d+): (.*)$/s.exec(error.message)
  if (found === null) return undefined
  return { at: Number(found[1]) - 1, problem: found[2] ?? '' }
}
