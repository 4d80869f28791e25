import { parseSearch, stringifySearch } from '../app/search.ts'
import type { Tag } from './wire.ts'

/** A view is a tag of its experiment, so that everybody who may see the experiment has it. */
const prefix = 'millrace.view.'

export interface SavedView {
  readonly name: string
  readonly search: Readonly<Record<string, string>>
}

export function viewsOf(tags: readonly Tag[] | undefined): SavedView[] {
  return (tags ?? [])
    .filter((tag) => tag.key.startsWith(prefix))
    .map((tag) => ({ name: tag.key.slice(prefix.length), search: parseSearch(tag.value) }))
    .toSorted((left, right) => left.name.localeCompare(right.name))
}

/** The tag that keeps a view: filter, sort, columns and grouping, but not which rows are selected. */
export function tagOfView(name: string, search: Readonly<Record<string, unknown>>): Tag {
  const { selected: _selected, ...kept } = search
  return { key: keyOfView(name), value: stringifySearch(kept) }
}

export function keyOfView(name: string): string {
  return `${prefix}${name}`
}

/** Why a view cannot have this name; undefined when it can. Tags allow no other characters. */
export function nameProblem(name: string): string | undefined {
  if (name === '') return 'Give it a name'
  return /^[\w .:/-]{1,60}$/.test(name)
    ? undefined
    : 'At most 60 letters, digits, spaces and . : / - _'
}
