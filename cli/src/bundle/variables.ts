/** What `${a.b.c}` stands for. Throws when there is no such thing. */
export type Lookup = (reference: string) => unknown

const pattern = /\$\{([A-Za-z_][\w.-]*)\}/g

/**
 * Fills in every `${…}` below `value`. A text that is nothing but one reference takes the type of
 * what it stands for; `{{…}}` is the job's own and stays.
 *
 * @param onMissing Turns a failed lookup into an error that points at the place.
 */
export function fillIn(
  value: unknown,
  lookup: Lookup,
  onMissing: (path: readonly string[], error: Error) => Error,
): unknown {
  const walk = (node: unknown, path: readonly string[]): unknown => {
    if (typeof node === 'string') {
      try {
        return fillText(node, lookup)
      } catch (error) {
        throw onMissing(path, error as Error)
      }
    }
    if (Array.isArray(node)) return node.map((item, index) => walk(item, [...path, String(index)]))
    if (typeof node !== 'object' || node === null) return node
    return Object.fromEntries(
      Object.entries(node).map(([key, item]) => [key, walk(item, [...path, key])]),
    )
  }
  return walk(value, [])
}

function fillText(text: string, lookup: Lookup): unknown {
  const whole = /^\$\{([A-Za-z_][\w.-]*)\}$/.exec(text)?.[1]
  if (whole !== undefined) return lookup(whole)
  return text.replaceAll(pattern, (_, reference: string) => {
    const found = lookup(reference)
    if (typeof found === 'object') {
      throw new Error(`\${${reference}} is not a text and cannot stand inside one`)
    }
    return typeof found === 'string' ? found : JSON.stringify(found)
  })
}
