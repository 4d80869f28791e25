import type { Writable } from 'node:stream'

/** Where a verb says what it has to say. With `--json` only `result` reaches standard output. */
export interface Output {
  readonly json: boolean
  readonly isTerminal: boolean
  readonly columns: number
  /** For people, on standard output; nothing with `--json`. */
  readonly line: (text?: string) => void
  /** Rows under headings, cut to the width of the terminal; nothing with `--json`. */
  readonly table: (headings: readonly string[], rows: readonly (readonly string[])[]) => void
  /** For programs; nothing without `--json`. */
  readonly result: (value: unknown) => void
  /** Standard output as it is, for logs and files. */
  readonly raw: (text: string) => void
  /** Standard error. */
  readonly warn: (text: string) => void
  readonly paint: (color: Color, text: string) => string
}

const codes = { red: 31, green: 32, yellow: 33, blue: 34, grey: 90, bold: 1 } as const
export type Color = keyof typeof codes

export interface Streams {
  readonly stdout: Writable & { readonly isTTY?: boolean; readonly columns?: number }
  readonly stderr: Writable
  /** `NO_COLOR` is honoured. */
  readonly noColor: boolean
}

export function openOutput(streams: Streams, json: boolean): Output {
  const { stdout, stderr } = streams
  const isTerminal = stdout.isTTY === true
  const columns = stdout.columns ?? 80
  const colored = isTerminal && !streams.noColor
  const line = (text = ''): void => {
    if (!json) stdout.write(`${text}\n`)
  }
  return {
    json,
    isTerminal,
    columns,
    line,
    table: (headings, rows) => {
      for (const row of formatTable(headings, rows, columns)) line(row)
    },
    result: (value) => {
      if (json) stdout.write(`${JSON.stringify(value, null, 2)}\n`)
    },
    raw: (text) => void stdout.write(text),
    warn: (text) => void stderr.write(`${text}\n`),
    paint: (color, text) => (colored ? `\u001B[${codes[color]}m${text}\u001B[0m` : text),
  }
}

const gap = '  '
const smallest = 6

/** Aligned columns; when they do not fit, the widest gives way first. */
export function formatTable(
  headings: readonly string[],
  rows: readonly (readonly string[])[],
  width: number,
): string[] {
  const all = [headings, ...rows]
  const widths = headings.map((_, column) =>
    Math.max(...all.map((row) => (row[column] ?? '').length)),
  )
  const total = (): number => widths.reduce((sum, w) => sum + w, gap.length * (widths.length - 1))
  while (total() > width) {
    const widest = widths.indexOf(Math.max(...widths))
    if ((widths[widest] ?? 0) <= smallest) break
    widths[widest] = Math.max(smallest, (widths[widest] ?? 0) - (total() - width))
  }
  const rightAligned = headings.map(
    (_, column) => rows.length > 0 && rows.every((row) => /^-?[\d.,]+$/.test(row[column] ?? '')),
  )
  return all.map((row) =>
    row
      .map((cell, column) => {
        const room = widths[column] ?? 0
        const cut = cell.length > room ? `${cell.slice(0, room - 1)}…` : cell
        return rightAligned[column] ? cut.padStart(room) : cut.padEnd(room)
      })
      .join(gap)
      .trimEnd(),
  )
}

/** `1.2 s`, `3 min 04 s`. */
export function formatDuration(ms: number): string {
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)} s`
  const seconds = Math.round(ms / 1000)
  return `${Math.floor(seconds / 60)} min ${String(seconds % 60).padStart(2, '0')} s`
}

/** Local time to the second. */
export function formatTime(ms: number | undefined): string {
  if (!ms) return ''
  const date = new Date(ms)
  const two = (value: number): string => String(value).padStart(2, '0')
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`
  return `${day} ${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`
}

/** Any value as one short text; nothing for what is missing. */
export function formatValue(value: unknown): string {
  if (value === undefined || value === null) return ''
  return typeof value === 'string' ? value : JSON.stringify(value)
}

/** To five places; what is no number stays as it is. */
export function formatNumber(value: string | number): string {
  const digits = Number(value)
  if (value === '' || !Number.isFinite(digits) || Number.isInteger(digits)) return String(value)
  return String(Number(digits.toPrecision(5)))
}

/** `1 row`, `7,043 rows`. */
export function formatCount(many: number, what: string): string {
  return `${many.toLocaleString('en')} ${what}${many === 1 ? '' : 's'}`
}

/** Indented; what does not fit goes on below, further in. */
export function wrapLine(line: string, columns: number): string[] {
  const first = '  '
  const room = columns - first.length
  if (line.length <= room) return [first + line]
  const at = line.lastIndexOf(' ', room)
  const cut = at > room / 2 ? at : room
  const rest = wrapLine(line.slice(cut).trim(), columns - 2)
  return [first + line.slice(0, cut), ...rest.map((more) => `  ${more}`)]
}
