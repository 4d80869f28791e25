import type { Column, SortKey } from '../kit/columns.ts'
import type { Run } from './wire.ts'

export interface RunEntry {
  readonly kind: 'run'
  readonly id: string
  readonly run: Run
  /** It stands under a group's head. */
  readonly nested: boolean
}

export interface GroupEntry {
  readonly kind: 'group'
  /** The group's value, safe in a list with commas. */
  readonly id: string
  readonly name: string
  readonly group: RunGroup
  readonly open: boolean
  /** Its runs as far as they are loaded: none while it is closed. */
  readonly runs: readonly Run[]
}

/** Under a group's runs: that they come, or that there are more than stand here. */
export interface RestEntry {
  readonly kind: 'rest'
  readonly id: string
  readonly group: RunGroup
  readonly loaded: number
  readonly problem: string | undefined
}

/** One row of the run table: a run, the head of runs that share a value, or what is left of those. */
export type Entry = RunEntry | GroupEntry | RestEntry

export interface TextSummary {
  /** How many different texts there are. */
  readonly values: number
  /** The one that all share. */
  readonly value?: string
}

/** Runs that share a value, as the server sums them up. */
export interface RunGroup {
  /** Null where runs have no such value. */
  readonly value: string | null
  /** What a person calls it, where the value is an id. */
  readonly name?: string
  readonly runs: number
  readonly status: TextSummary
  readonly user_id: TextSummary
  readonly mean_duration_ms: number | null
  readonly newest_start_time: number
  readonly metrics: readonly {
    readonly key: string
    readonly runs: number
    readonly mean: number
    readonly min: number
    readonly max: number
  }[]
  readonly params: readonly (TextSummary & { readonly key: string })[]
  readonly tags: readonly (TextSummary & { readonly key: string })[]
}

export const parentColumn = 'tags.mlflow.parentRunId'

/** The columns by whose values runs can be gathered. */
export function isGroupable(id: string): boolean {
  return (
    /^(?:params|tags)\./.test(id) ||
    ['attributes.status', 'attributes.user_id', 'dataset'].includes(id)
  )
}

/** A group's place in the URL's list of open ones. */
export function idOfGroup({ value }: RunGroup): string {
  return value === null ? '!' : `=${encodeURIComponent(value)}`
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`
}

function nameInFilter(column: string): string {
  if (column === 'dataset') return 'dataset.name'
  const [kind = '', ...rest] = column.split('.')
  return `${kind}.\`${rest.join('.').replaceAll('`', '``')}\``
}

/** The filter that finds the runs of a group; undefined when the grammar cannot say it. */
export function filterOfGroup(
  filter: string,
  column: string,
  { value }: RunGroup,
): string | undefined {
  const isPair = /^(?:params|tags)\./.test(column)
  if (value === null && !isPair) return undefined
  const own = nameInFilter(column)
  const test = value === null ? `${own} IS NULL` : `${own} = ${quoted(value)}`
  return filter.trim() === '' ? test : `${filter} AND ${test}`
}

/** In the order that the table is sorted by: a metric by its best run, the newest groups first otherwise. */
export function sortGroups(
  groups: readonly RunGroup[],
  sort: readonly SortKey[],
): readonly RunGroup[] {
  const [key] = sort
  if (key === undefined) return groups
  const sign = key.descending ? -1 : 1
  const place = (group: RunGroup) => placeOf(group, key)
  return groups.toSorted((left, right) => {
    const [a, b] = [place(left), place(right)]
    if (a === undefined || b === undefined) {
      return Number(a === undefined) - Number(b === undefined)
    }
    return (a - b) * sign
  })
}

function placeOf(group: RunGroup, { id, descending }: SortKey): number | undefined {
  if (id === 'attributes.start_time') return group.newest_start_time
  if (!id.startsWith('metrics.')) return undefined
  const found = group.metrics.find((one) => one.key === id.slice('metrics.'.length))
  return descending ? found?.max : found?.min
}

/** Runs of an open group, as far as they are loaded. */
export interface Members {
  readonly runs: readonly Run[]
  readonly problem: string | undefined
}

/** Groups as rows, the runs of the open ones under them. */
export function entriesOfGroups(
  groups: readonly RunGroup[],
  members: ReadonlyMap<string, Members>,
): Entry[] {
  return groups.flatMap((group): Entry[] => {
    const id = idOfGroup(group)
    const own = members.get(id)
    const runs = own?.runs ?? []
    const name = (group.name ?? group.value ?? '') || 'none'
    const head: GroupEntry = { kind: 'group', id, name, group, open: own !== undefined, runs }
    if (own === undefined) return [head]
    const rest: RestEntry = {
      kind: 'rest',
      id: `${id} rest`,
      group,
      loaded: runs.length,
      problem: own.problem,
    }
    const whole = runs.length >= group.runs && own.problem === undefined
    return [head, ...runs.map((run) => runEntry(run, true)), ...(whole ? [] : [rest])]
  })
}

export function runEntry(run: Run, nested: boolean): RunEntry {
  return { kind: 'run', id: run.info.run_id, run, nested }
}

/** What stands in a group's row: the mean of numbers, a value that all share, or how many there are. */
export type Summary =
  | { readonly kind: 'mean'; readonly mean: number; readonly count: number }
  | { readonly kind: 'same'; readonly value: string }
  | { readonly kind: 'many'; readonly count: number }
  | { readonly kind: 'none' }

export function summaryOf(group: RunGroup, column: Column<Run>): Summary {
  const [kind = '', ...rest] = column.id.split('.')
  const key = rest.join('.')
  if (kind === 'metrics') {
    const found = group.metrics.find((one) => one.key === key)
    return found === undefined ? none : { kind: 'mean', mean: found.mean, count: found.runs }
  }
  if (kind === 'params' || kind === 'tags') {
    return ofTexts(group[kind].find((one) => one.key === key))
  }
  if (column.id === 'duration' && group.mean_duration_ms !== null) {
    return { kind: 'mean', mean: group.mean_duration_ms, count: group.runs }
  }
  if (column.id === 'attributes.status') return ofTexts(group.status)
  return column.id === 'attributes.user_id' ? ofTexts(group.user_id) : none
}

const none: Summary = { kind: 'none' }

function ofTexts(found: TextSummary | undefined): Summary {
  if (found === undefined || found.value === '') return none
  return found.value === undefined
    ? { kind: 'many', count: found.values }
    : { kind: 'same', value: found.value }
}
