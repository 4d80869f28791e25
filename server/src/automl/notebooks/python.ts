import type { Label } from '../types.ts'

/** A value that Python reads as the same one. */
export type PythonValue =
  | Label
  | null
  | readonly PythonValue[]
  | { readonly [key: string]: PythonValue }

/** The value as a Python expression on one line. */
export function python(value: PythonValue): string {
  if (value === null) return 'None'
  if (typeof value === 'boolean') return value ? 'True' : 'False'
  if (typeof value === 'number') return pythonNumber(value)
  // JSON's escapes mean the same in Python.
  if (typeof value === 'string') return JSON.stringify(value)
  if (Array.isArray(value)) return `[${value.map(python).join(', ')}]`
  const entries = Object.entries(value).map(
    ([key, item]) => `${JSON.stringify(key)}: ${python(item)}`,
  )
  return `{${entries.join(', ')}}`
}

function pythonNumber(value: number): string {
  if (Number.isNaN(value)) return 'float("nan")'
  if (!Number.isFinite(value)) return value > 0 ? 'float("inf")' : 'float("-inf")'
  return String(value)
}

const lineLimit = 96

/** `before` + the items between brackets + `after`, broken into lines when it is long. */
export function bracketed(
  before: string,
  items: readonly string[],
  after: string,
): readonly string[] {
  const line = `${before}${items.join(', ')}${after}`
  if (line.length <= lineLimit && !line.includes('\n')) return [line]
  return [before, ...items.map((item) => `    ${item.replaceAll('\n', '\n    ')},`), after]
}

/** `name = ["a", "b", …]`, several to a line when there are many. */
export function listOf(name: string, values: readonly string[]): readonly string[] {
  const short = `${name} = ${python(values)}`
  if (short.length <= lineLimit) return [short]
  const lines: string[] = []
  for (const value of values) {
    const last = lines.at(-1)
    const item = `${python(value)},`
    if (last !== undefined && last.length + item.length + 5 <= lineLimit) {
      lines[lines.length - 1] = `${last} ${item}`
    } else {
      lines.push(item)
    }
  }
  return [`${name} = [`, ...lines.map((line) => `    ${line}`), ']']
}

/** A call with keyword arguments: `Name(a=1, b="x")`. */
export function call(name: string, keywords: Readonly<Record<string, PythonValue>>): string {
  const items = Object.entries(keywords).map(([key, value]) => `${key}=${python(value)}`)
  return bracketed(`${name}(`, items, ')').join('\n')
}

/** Import statements, sorted, each once; `from a import b` of one module are joined. */
export function importLines(imports: readonly string[]): readonly string[] {
  const plain = new Set<string>()
  const from = new Map<string, Set<string>>()
  for (const line of imports) {
    const parts = /^from (\S+) import (.+)$/.exec(line)
    const module = parts?.[1]
    if (module === undefined) {
      plain.add(line)
      continue
    }
    const names = from.get(module) ?? new Set<string>()
    for (const name of (parts?.[2] ?? '').split(',')) names.add(name.trim())
    from.set(module, names)
  }
  const joined = [...from].flatMap(([module, names]) =>
    bracketed(`from ${module} import `, [...names].sort(compare), '').length === 1
      ? `from ${module} import ${[...names].sort(compare).join(', ')}`
      : [`from ${module} import (`, ...[...names].sort(compare).map((n) => `    ${n},`), ')'].join(
          '\n',
        ),
  )
  return [...[...plain].sort(), ...joined.sort()]
}

// As import sorters do: constants, classes, functions.
function compare(a: string, b: string): number {
  const rank = (name: string): number => (/^[A-Z]/.test(name) ? 0 : 1)
  return rank(a) - rank(b) || (a < b ? -1 : 1)
}
