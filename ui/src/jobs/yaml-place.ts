/** Where in a YAML text the cursor stands, by indentation alone, so that it also works while typing. */

/** A key, or `-` for an item of a list. */
export type YamlPath = readonly string[]

export interface YamlPlace {
  /** From the root to the mapping that the cursor is in. */
  readonly path: YamlPath
  /** What is being written: a key of that mapping, an item of that list, or the value of `key`. */
  readonly writes: { readonly kind: 'key' } | { readonly kind: 'value'; readonly key: string }
  /** What of it is there already. */
  readonly word: string
  /** How far the key stands in. */
  readonly indent: number
  /** Keys that the mapping has already, above and below. */
  readonly taken: ReadonlySet<string>
}

interface Line {
  /** Spaces, where `- ` counts as two of them. */
  readonly indent: number
  readonly items: number
  readonly key: string | undefined
  readonly value: string
}

function readLine(text: string): Line | undefined {
  // Spaces and the dashes of list items.
  const lead = /^ *(?:-(?: +|$))*/.exec(text)?.[0] ?? ''
  const items = lead.replaceAll(' ', '').length
  const rest = text.slice(lead.length)
  if (rest.startsWith('#') || (rest === '' && items === 0)) return undefined
  const found = /^(?<key>[\w.-]+):(?:\s+(?<value>.*))?$/.exec(rest)
  const value = found === null ? rest : (found.groups?.['value'] ?? '')
  return { indent: lead.length, items, key: found?.groups?.['key'], value }
}

/** Undefined inside a comment or a text of several lines. */
export function placeInYaml(text: string, offset: number): YamlPlace | undefined {
  const before = text.slice(0, offset).split('\n')
  const current = before.at(-1) ?? ''
  if (/(?:^|\s)#/.test(current)) return undefined
  const line = readLine(current) ?? { indent: current.length, items: 0, key: undefined, value: '' }
  const above = before.slice(0, -1)
  const below = text.slice(offset).split('\n').slice(1)
  const path = pathTo(above, line)
  const taken = siblings(above, below, line)
  if (line.key !== undefined && /:\s/.test(current)) {
    const writes = { kind: 'value', key: line.key } as const
    return { path, writes, word: line.value, indent: line.indent, taken }
  }
  return { path, writes: { kind: 'key' }, word: line.key ?? line.value, indent: line.indent, taken }
}

const dashes = (count: number): string[] => Array.from({ length: count }, () => '-')

/** Lines less far in are what the line belongs to. */
function pathTo(above: readonly string[], line: Line): string[] {
  const path = dashes(line.items)
  let indent = line.indent - 2 * line.items
  let within = line.items > 0
  for (const text of above.toReversed()) {
    const outer = readLine(text)
    if (outer === undefined) continue
    const opens = opensItem(outer, indent, within)
    if (!opens && !isParent(outer, indent, within)) continue
    if (!opens) path.unshift(outer.key ?? '')
    path.unshift(...dashes(outer.items))
    indent = outer.indent - 2 * outer.items
    within = outer.items > 0
  }
  return path
}

/** The line that opened the item: `- task_key: a` above `  run_if:`. */
function opensItem(outer: Line, indent: number, within: boolean): boolean {
  return !within && outer.items > 0 && outer.indent === indent
}

/** A list may stand as far in as its key. */
function isParent(outer: Line, indent: number, within: boolean): boolean {
  if (outer.key === undefined || outer.value !== '') return false
  return outer.indent < indent || (within && outer.items === 0 && outer.indent === indent)
}

function siblings(above: readonly string[], below: readonly string[], line: Line): Set<string> {
  const taken = new Set<string>()
  const walk = (texts: readonly string[], upwards: boolean) => {
    for (const text of texts) {
      const other = readLine(text)
      if (other === undefined) continue
      if (other.indent < line.indent) return
      // The next item of the list below; the one that this belongs to above.
      if (other.indent === line.indent && other.items > 0 && !upwards) return
      if (other.indent === line.indent && other.key !== undefined) taken.add(other.key)
      if (other.indent === line.indent && other.items > 0) return
    }
  }
  if (line.items === 0) walk(above.toReversed(), true)
  walk(below, false)
  return taken
}
