/** Search parameters are plain texts, so that a link reads as it is meant. */
export type TextSearch<Name extends string> = { readonly [Key in Name]?: string }

/** Keeps the named parameters of a route and drops the rest. */
export function textSearch<Name extends string>(
  ...names: readonly Name[]
): (search: Record<string, unknown>) => TextSearch<Name> {
  return (search) => {
    const kept: Partial<Record<Name, string>> = {}
    for (const name of names) {
      const value = search[name]
      if (typeof value === 'string' && value !== '') kept[name] = value
    }
    return kept
  }
}

export function parseSearch(text: string): Record<string, string> {
  return Object.fromEntries(new URLSearchParams(text))
}

/** Leaves `,` `:` `/` and spaces readable; `URLSearchParams` would escape them all. */
export function stringifySearch(search: Record<string, unknown>): string {
  const parts = Object.entries(search)
    .filter((entry): entry is [string, string] => typeof entry[1] === 'string' && entry[1] !== '')
    .map(([name, value]) => {
      const text = encodeURIComponent(value)
        .replaceAll('%2C', ',')
        .replaceAll('%3A', ':')
        .replaceAll('%2F', '/')
        .replaceAll('%20', '+')
      return `${name}=${text}`
    })
  return parts.length === 0 ? '' : `?${parts.join('&')}`
}
