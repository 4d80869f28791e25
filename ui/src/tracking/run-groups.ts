import type { Column } from '../kit/columns.ts'
import { runName } from './run-facts.ts'
import { tagOf, type Run } from './wire.ts'

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
  readonly runs: readonly Run[]
  readonly open: boolean
}

/** One row of the run table: a run, or the head of runs that share a value. */
export type Entry = RunEntry | GroupEntry

export const parentColumn = 'tags.mlflow.parentRunId'

/** The columns by whose values runs can be gathered. */
export function isGroupable(id: string): boolean {
  return (
    /^(?:params|tags)\./.test(id) ||
    ['attributes.status', 'attributes.user_id', 'dataset'].includes(id)
  )
}

function valueOf(run: Run, column: Column<Run>): string {
  if (column.id === parentColumn) {
    return tagOf(run.data?.tags, 'mlflow.parentRunId') ?? run.info.run_id
  }
  return String(column.value?.(run) ?? '')
}

/** The runs as rows; with a column, gathered by its values in the order in which those first come. */
export function entriesOf(
  runs: readonly Run[],
  column: Column<Run> | undefined,
  open: ReadonlySet<string>,
): Entry[] {
  const entry = (run: Run, nested: boolean): RunEntry => ({
    kind: 'run',
    id: run.info.run_id,
    run,
    nested,
  })
  if (column === undefined) return runs.map((run) => entry(run, false))
  const groups = new Map<string, Run[]>()
  for (const run of runs) {
    const value = valueOf(run, column)
    const members = groups.get(value)
    if (members === undefined) groups.set(value, [run])
    else members.push(run)
  }
  const names = column.id === parentColumn ? namesById(runs) : undefined
  return [...groups].flatMap(([value, members]): Entry[] => {
    const id = `=${encodeURIComponent(value)}`
    const isOpen = open.has(id)
    const name = (names?.get(value) ?? value) || 'none'
    const head: GroupEntry = { kind: 'group', id, name, runs: members, open: isOpen }
    return isOpen ? [head, ...members.map((run) => entry(run, true))] : [head]
  })
}

function namesById(runs: readonly Run[]): ReadonlyMap<string, string> {
  return new Map(runs.map((run) => [run.info.run_id, runName(run)]))
}

/** What stands in a group's row: the mean of numbers, a value that all share, or how many there are. */
export type Summary =
  | { readonly kind: 'mean'; readonly mean: number; readonly count: number }
  | { readonly kind: 'same'; readonly value: string }
  | { readonly kind: 'many'; readonly count: number }
  | { readonly kind: 'none' }

export function summarise(runs: readonly Run[], column: Column<Run>): Summary {
  const values = runs.map((run) => column.value?.(run)).filter((value) => value !== undefined)
  const numbers = values.filter((value) => typeof value === 'number' && Number.isFinite(value))
  if (numbers.length > 0 && column.align === 'end') {
    const sum = numbers.reduce((total: number, value) => total + Number(value), 0)
    return { kind: 'mean', mean: sum / numbers.length, count: numbers.length }
  }
  const texts = new Set(values.map(String))
  const [first] = texts
  if (first === undefined) return { kind: 'none' }
  return texts.size === 1 ? { kind: 'same', value: first } : { kind: 'many', count: texts.size }
}
