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

const operators: Readonly<Record<'number' | 'text', readonly string[]>> = {
  number: ['>', '>=', '<', '<=', '=', '!='],
  text: ['=', '!=', 'LIKE', 'ILIKE'],
}

const attributes: readonly Completion[] = [
  { text: 'attributes.status', note: 'attribute' },
  { text: 'attributes.run_name', note: 'attribute' },
  { text: 'attributes.user_id', note: 'attribute' },
  { text: 'attributes.start_time', note: 'attribute, epoch ms' },
  { text: 'attributes.end_time', note: 'attribute, epoch ms' },
]

const states = ['FINISHED', 'RUNNING', 'FAILED', 'SCHEDULED', 'KILLED']
/** A word, or something in quotes, which may still be open at the end. */
const token = /(?:`[^`]*(?:`|$)|"[^"]*(?:"|$)|'[^']*(?:'|$)|[^\s`"'])+/g

function isNumeric(name: string): boolean {
  return /^metrics?\./i.test(name) || name.endsWith('_time')
}

/**
 * What may come next in a filter such as `metrics.auc > 0.8 AND params.depth = '3'`, given the
 * text up to the cursor and the keys that are known.
 */
export function completeFilter(before: string, keys: readonly string[]): Completions {
  const tokens = [...before.matchAll(token)]
  const last = tokens.at(-1)
  const current = last !== undefined && last.index + last[0].length === before.length ? last[0] : ''
  const whole = tokens.map((found) => found[0]).slice(0, current === '' ? undefined : -1)
  const words = whole.slice(whole.findLastIndex((word) => /^AND$/i.test(word)) + 1)
  const from = before.length - current.length
  const fits = (one: Completion) => one.text.toLowerCase().includes(current.toLowerCase())
  return { from, choices: nextWords(words, keys).filter(fits).slice(0, 60) }
}

function nextWords(words: readonly string[], keys: readonly string[]): readonly Completion[] {
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
      return key.endsWith('status')
        ? states.map((state) => ({ text: `'${state}'`, note: 'status' }))
        : []
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
