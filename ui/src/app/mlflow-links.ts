/**
 * The path of a link that an MLflow client prints, for example
 * `/#/experiments/1/runs/abc` → `/experiments/1/runs/abc`; undefined for any other hash.
 */
export function pathOfMlflowHash(hash: string): string | undefined {
  if (!hash.startsWith('#/')) return undefined
  const [path = '', query] = hash.slice(1).split('?')
  const known = [
    /^\/experiments\/[^/]+(?:\/runs\/[^/]+)?/,
    /^\/models\/[^/]+(?:\/versions\/[^/]+)?/,
    /^\/(?:experiments|models)$/,
  ]
  for (const pattern of known) {
    const found = pattern.exec(path)
    if (found !== null) return found[0]
  }
  if (path === '/compare-runs' && query !== undefined) return comparePath(query)
  return '/'
}

function comparePath(query: string): string {
  const parameters = new URLSearchParams(query)
  const list = (name: string): string[] => {
    try {
      return (JSON.parse(parameters.get(name) ?? '[]') as unknown[]).map(String)
    } catch {
      return []
    }
  }
  const experiment = list('experiments')[0] ?? '0'
  return `/experiments/${experiment}/compare?runs=${list('runs').join(',')}`
}
