type Plain = Record<string, unknown>

/** Lists whose items have a name are merged by it; other lists are replaced. */
const keysOfLists: Readonly<Record<string, string>> = {
  tasks: 'task_key',
  environments: 'environment_key',
  job_clusters: 'job_cluster_key',
  parameters: 'name',
}

/** `over` on top of `base`: maps are merged at any depth, everything else is replaced. */
export function merge(base: unknown, over: unknown, name = ''): unknown {
  if (over === undefined) return base
  if (isPlain(base) && isPlain(over)) {
    const merged: Plain = { ...base }
    for (const [key, value] of Object.entries(over)) merged[key] = merge(base[key], value, key)
    return merged
  }
  const key = keysOfLists[name]
  if (key !== undefined && Array.isArray(base) && Array.isArray(over)) {
    return mergeLists(base, over, key)
  }
  return over
}

function mergeLists(base: readonly unknown[], over: readonly unknown[], key: string): unknown[] {
  const nameOf = (item: unknown): unknown => (isPlain(item) ? item[key] : undefined)
  const changed = base.map((item) =>
    merge(
      item,
      over.find((other) => nameOf(other) !== undefined && nameOf(other) === nameOf(item)),
    ),
  )
  const known = new Set(base.map(nameOf))
  return [...changed, ...over.filter((item) => !known.has(nameOf(item)))]
}

function isPlain(value: unknown): value is Plain {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
