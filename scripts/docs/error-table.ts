import type { CatalogueEntry, WireCode } from '../../server/src/core/index.ts'

/** What a client does about an error, by the `error_code` that it sees. */
const whatToDo: Readonly<Record<WireCode, string>> = {
  ABORTED: 'Another change came in between, or somebody stopped it. Read again and repeat.',
  ALREADY_EXISTS: 'Choose another name, or change what is there.',
  BAD_REQUEST: 'Correct the request as the message says; repeating it changes nothing.',
  DIRECTORY_NOT_EMPTY: 'Empty it first, or ask for what is in it to go too.',
  ENDPOINT_NOT_FOUND: 'Check the method and the path against `/openapi.json`.',
  INTERNAL_ERROR:
    'Ours to mend. The message has a request id; the server’s log has the cause under it.',
  INVALID_PARAMETER_VALUE: 'Correct the value that the message names.',
  INVALID_STATE: 'The thing is there, but not in the state that this needs. Bring it there first.',
  NOT_FOUND: 'Check the name; list what there is.',
  NOT_IMPLEMENTED: 'Do it the way that the message names.',
  PERMISSION_DENIED: 'Ask somebody who may, or ask for the right.',
  REQUEST_LIMIT_EXCEEDED: 'Wait, then repeat more slowly.',
  RESOURCE_ALREADY_EXISTS: 'Choose another name, or change what is there.',
  RESOURCE_CONFLICT: 'Something else is under way with it. Wait for that, or choose another name.',
  RESOURCE_DOES_NOT_EXIST: 'Check the name or id; list what there is.',
  RESOURCE_EXHAUSTED: 'Make room (disk, memory) or ask for less, then repeat.',
  TEMPORARILY_UNAVAILABLE: 'Repeat in a moment; clients of MLflow and Databricks do so themselves.',
  UNAUTHENTICATED: 'Send a token, or a user name and password.',
}

/** The page `docs/errors.md`. Throws for a code that says nothing about itself. */
export function errorPage(errors: readonly CatalogueEntry[]): string {
  const used = Object.entries(whatToDo).filter(([wire]) => errors.some((e) => e.wire === wire))
  const rooms = Map.groupBy(errors, ({ code }) => code.slice(0, code.indexOf('_')).toLowerCase())
  return [
    '# Errors',
    '',
    'Made by `npm run docs` from the tables of the code; a test holds it against them.',
    '',
    'An error is `{"error_code": …, "message": …}`, for some with `details`. `error_code` is spelt as',
    'MLflow and Databricks spell it, so that their clients raise the exceptions they know. The',
    'message says what was asked, what was found and what to do. The code in the first column below',
    'names the case in the server’s log, in its source and here; it is never reused.',
    '',
    '## What to do, by `error_code`',
    '',
    ...table(
      ['`error_code`', 'what to do'],
      used.map(([wire, text]) => [`\`${wire}\``, text]),
    ),
    ...[...rooms].flatMap(([room, entries]) => ['', `## ${room}`, '', ...roomTable(entries)]),
    '',
  ].join('\n')
}

function roomTable(entries: readonly CatalogueEntry[]): string[] {
  return table(
    ['code', 'status', '`error_code`', 'message'],
    entries.map((entry) => [
      `\`${entry.code}\``,
      String(entry.status),
      `\`${entry.wire}\``,
      meaningOf(entry),
    ]),
  )
}

function meaningOf({ code, text, meaning }: CatalogueEntry): string {
  const template = templateOf(text)
  if (meaning !== undefined) return cell(meaning)
  if (/^\{\w+\}$/.test(template))
    throw new Error(`${code} needs a 'meaning': its text has no words`)
  return cell(template)
}

/** The text with each parameter's name in its place: `Table '{table}' has no column {column}`. */
function templateOf(text: CatalogueEntry['text']): string {
  const [, list = ''] = /^\(([^)]*)\)/.exec(text.toString()) ?? []
  const names = list
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '')
  return String(text(...(names.map(placeholder) as never[])))
}

// Stands for a text, a number, a list or an object: whatever is done with it, its name comes out.
function placeholder(name: string): unknown {
  const stand = (): string => `{${name}}`
  const itself = (): unknown => proxy
  const known: Readonly<Record<PropertyKey, unknown>> = {
    [Symbol.toPrimitive]: (hint: string) => (hint === 'number' ? Number.NaN : stand()),
    toString: stand,
    join: stand,
    map: itself,
    slice: itself,
    length: 1,
  }
  const proxy = new Proxy(
    {},
    { get: (_target, key) => (key in known ? known[key] : placeholder(String(key))) },
  )
  return proxy
}

function cell(text: string): string {
  return text
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('|', '\\|')
    .replaceAll('\n', ' ')
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map(line)]
}
