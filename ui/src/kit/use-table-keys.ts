import { useState, type KeyboardEvent } from 'react'

interface TableKeysInput {
  readonly count: number
  readonly pageSize: number
  readonly scrollTo: (index: number) => void
  readonly onOpen: ((index: number) => void) | undefined
  readonly onToggle: ((index: number) => void) | undefined
}

export interface TableKeys {
  /** The one row that Tab reaches. */
  readonly current: number
  readonly setCurrent: (index: number) => void
  readonly onKeyDown: (event: KeyboardEvent<HTMLElement>) => void
}

const steps: Readonly<Record<string, (at: number, input: TableKeysInput) => number>> = {
  ArrowDown: (at) => at + 1,
  ArrowUp: (at) => at - 1,
  j: (at) => at + 1,
  k: (at) => at - 1,
  PageDown: (at, input) => at + input.pageSize,
  PageUp: (at, input) => at - input.pageSize,
  Home: () => 0,
  End: (_at, input) => input.count - 1,
}

/** Arrows, j/k, Page, Home and End move; Enter opens; Space or x selects. */
export function useTableKeys(input: TableKeysInput): TableKeys {
  const [chosen, setCurrent] = useState(0)
  const current = Math.min(chosen, Math.max(0, input.count - 1))

  const move = (table: HTMLElement, next: number) => {
    const index = Math.max(0, Math.min(input.count - 1, next))
    setCurrent(index)
    input.scrollTo(index)
    // The row may be rendered only after the scroll.
    requestAnimationFrame(() => {
      table.querySelector<HTMLElement>(`tr[data-index="${index}"]`)?.focus()
    })
  }

  const onKeyDown = (event: KeyboardEvent<HTMLElement>) => {
    const target = event.target as HTMLElement
    if (!target.matches('tr[data-index]') || event.ctrlKey || event.metaKey || event.altKey) return
    const step = steps[event.key]
    if (step !== undefined) move(event.currentTarget, step(current, input))
    else if (event.key === 'Enter') input.onOpen?.(current)
    else if (event.key === ' ' || event.key === 'x') input.onToggle?.(current)
    else return
    event.preventDefault()
  }
  return { current, setCurrent, onKeyDown }
}
