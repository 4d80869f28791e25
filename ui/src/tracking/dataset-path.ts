const tableAtVersion = /^(?<table>\w+\.\w+\.\w+)(?:@(?<version>\d+))?$/

/** The table that a dataset's name means; undefined when it is none of ours. */
export function tableOf(name: string): string | undefined {
  return tableAtVersion.exec(name)?.groups?.['table']
}

/** The path of the table that a dataset's name means; undefined when it is none of ours. */
export function tablePathOf(name: string): string | undefined {
  const found = tableAtVersion.exec(name)?.groups
  if (found?.['table'] === undefined) return undefined
  const version = found['version'] === undefined ? '' : `?version=${found['version']}`
  return `/tables/${found['table']}${version}`
}
