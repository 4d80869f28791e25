/**
 * The path behind a link that an MLflow or a Databricks client prints, for example
 * `/#/experiments/1/runs/abc` or `/#job/7/run/8`; undefined for any other hash.
 */
export function pathOfHash(hash: string): string | undefined {
  const jobRun = /^#job\/\d+\/run\/(\d+)/.exec(hash)
  if (jobRun !== null) return `/jobs/runs/${jobRun[1] ?? ''}`
  const job = /^#job\/(\d+)/.exec(hash)
  if (job !== null) return `/jobs/${job[1] ?? ''}`
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
