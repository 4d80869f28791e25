import { parseArgs } from 'node:util'
import { connect, type Millrace } from '@millrace/sdk'
import type { Output } from './output.ts'

/** The command was used wrongly: exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

export interface Flag {
  /** What it takes, for example `NAME`; a switch takes nothing. */
  readonly takes?: string
  readonly short?: string
  readonly help: string
  /** May be given more than once. */
  readonly repeatable?: boolean
}

export interface Verb {
  /** What follows the verb: `<job> [--only TASK]`. */
  readonly usage: string
  readonly summary: string
  /** Whole command lines. */
  readonly examples: readonly string[]
  readonly flags?: Readonly<Record<string, Flag>>
  /** Fewest and most words that are not flags. @default [0, 0] */
  readonly words?: readonly [number, number]
  /** Returns the exit code: 0 done, 1 failed. */
  readonly run: (call: Call) => Promise<number>
}

export type Environment = Readonly<Record<string, string | undefined>>

/** One use of a verb: what was given, and where its output goes. */
export interface Call {
  readonly words: readonly string[]
  readonly flag: (name: string) => string | undefined
  readonly flags: (name: string) => readonly string[]
  readonly has: (name: string) => boolean
  readonly env: Environment
  readonly out: Output
  /** The server that `--url`, `MILLRACE_URL` or the local default names. */
  readonly millrace: () => Millrace
}

const commonFlags: Readonly<Record<string, Flag>> = {
  url: { takes: 'URL', help: 'the server (MILLRACE_URL, or http://127.0.0.1:5000)' },
  json: { help: 'one JSON value on standard output' },
  help: { short: 'h', help: 'this text' },
}

/** Reads the words after the verb; what the verb does not know is refused by name. */
export function readCall(
  verb: Verb,
  argv: readonly string[],
  context: { readonly env: Environment; readonly out: (json: boolean) => Output },
): Call {
  const known = { ...verb.flags, ...commonFlags }
  const { values, positionals } = parse(known, argv)
  const [fewest, most] = verb.words ?? [0, 0]
  // The usage says which words are missing better than a sentence could.
  if (positionals.length < fewest && values['help'] !== true) {
    throw new UsageError(`Too few words. Usage: npx millrace ${verb.usage}`)
  }
  if (positionals.length > most) {
    const extra = positionals.slice(most).join(' ')
    throw new UsageError(`'${extra}' is too much. Usage: npx millrace ${verb.usage}`)
  }
  const list = (name: string): string[] =>
    [values[name] ?? []].flat().filter((value) => typeof value === 'string')
  const { env } = context
  return {
    words: positionals,
    flag: (name) => list(name).at(-1),
    flags: list,
    has: (name) => values[name] === true,
    env,
    out: context.out(values['json'] === true),
    millrace: () =>
      connect({
        url: list('url').at(-1) ?? env['MILLRACE_URL'] ?? 'http://127.0.0.1:5000',
        token: env['MILLRACE_TOKEN'],
      }),
  }
}

type Values = Readonly<Record<string, string | boolean | (string | boolean)[] | undefined>>

function parse(
  known: Readonly<Record<string, Flag>>,
  argv: readonly string[],
): { values: Values; positionals: string[] } {
  const options = Object.fromEntries(
    Object.entries(known).map(([name, flag]) => [
      name,
      {
        type: flag.takes === undefined ? ('boolean' as const) : ('string' as const),
        multiple: flag.repeatable ?? false,
        ...(flag.short === undefined ? {} : { short: flag.short }),
      },
    ]),
  )
  try {
    return parseArgs({ args: [...argv], options, allowPositionals: true, strict: true })
  } catch (error) {
    throw new UsageError(describeParseError(error as Error, argv, Object.keys(known)))
  }
}

function describeParseError(error: Error, argv: readonly string[], known: string[]): string {
  const found = argv.find((word) => {
    const name = /^--([^=]+)/.exec(word)?.[1]
    return name !== undefined && !known.includes(name)
  })
  if (found === undefined) return error.message.split('. ')[0] ?? error.message
  const name = found.replace(/^--|=.*$/g, '')
  return `There is no flag --${name}${suggest(name, known, '--')}`
}

/** `. Did you mean X?` when something known is one or two letters away. */
export function suggest(found: string, known: readonly string[], mark = ''): string {
  const near = known
    .map((name) => ({ name, distance: editDistance(found, name) }))
    .filter(({ name, distance }) => distance <= Math.max(1, Math.floor(name.length / 3)))
    .toSorted((a, b) => a.distance - b.distance)[0]
  return near ? `. Did you mean ${mark}${near.name}?` : ''
}

/** Letters to add, drop, change or swap with their neighbour. */
function editDistance(a: string, b: string): number {
  const rows: number[][] = [Array.from({ length: b.length + 1 }, (_, index) => index)]
  const at = (i: number, j: number): number => rows[i]?.[j] ?? 0
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i]
    rows.push(row)
    for (let j = 1; j <= b.length; j += 1) {
      const change = at(i - 1, j - 1) + (a[i - 1] === b[j - 1] ? 0 : 1)
      const isSwap = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]
      const swap = isSwap ? at(i - 2, j - 2) + 1 : change
      row.push(Math.min(change, swap, at(i - 1, j) + 1, at(i, j - 1) + 1))
    }
  }
  return at(a.length, b.length)
}

export function describeVerb(name: string, verb: Verb): string {
  const rows = Object.entries({ ...verb.flags, ...commonFlags }).map(([flag, about]) => {
    const short = about.short === undefined ? '    ' : `-${about.short}, `
    const left = `  ${short}--${flag}${about.takes === undefined ? '' : ` ${about.takes}`}`
    return `${left.padEnd(28)}  ${about.help}`
  })
  const examples = verb.examples.map((example) => `  ${example}`)
  return [
    `millrace ${name}: ${verb.summary}`,
    `\n  npx millrace ${verb.usage}`,
    `\n${rows.join('\n')}`,
    `\nExamples:\n${examples.join('\n')}\n`,
  ].join('\n')
}
