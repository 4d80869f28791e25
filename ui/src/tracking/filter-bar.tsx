import { useId, useRef, useState, type KeyboardEvent, type ReactNode, type RefObject } from 'react'
import { IconButton } from '../kit/button.tsx'
import { SearchInput } from '../kit/field.tsx'
import { completeFilter, type Completion } from './filter-completion.ts'
import styles from './filter-bar.module.css'

interface Completing {
  readonly input: RefObject<HTMLInputElement | null>
  readonly text: string
  readonly setText: (text: string) => void
  readonly choices: readonly Completion[]
  readonly shown: boolean
  readonly setOpen: (open: boolean) => void
  readonly active: number
  readonly setActive: (active: number) => void
  readonly choose: (index: number) => void
}

function useCompleting(value: string, keys: readonly string[]): Completing {
  const [text, setText] = useState(value)
  const [applied, setApplied] = useState(value)
  const [open, setOpen] = useState(false)
  const [active, setActive] = useState(-1)
  const [cursor, setCursor] = useState(value.length)
  const input = useRef<HTMLInputElement>(null)
  if (applied !== value) {
    setApplied(value)
    setText(value)
  }
  const { choices, from } = completeFilter(text.slice(0, cursor), keys)
  const write = (next: string) => {
    setText(next)
    setCursor(input.current?.selectionStart ?? next.length)
  }
  const choose = (index: number) => {
    const choice = choices[index]
    if (choice === undefined) return
    const start = `${text.slice(0, from)}${choice.text} `
    setText(`${start}${text.slice(cursor).trimStart()}`)
    setCursor(start.length)
    setActive(-1)
    input.current?.focus()
  }
  const shown = open && choices.length > 0
  return { input, text, setText: write, choices, shown, setOpen, active, setActive, choose }
}

/** The search grammar in one line, with completion. Enter applies it. */
export function FilterBar({
  value,
  keys,
  onApply,
  problem = false,
  children,
}: {
  readonly value: string
  /** `metrics.auc`, `params.depth`, …: what completion offers. */
  readonly keys: readonly string[]
  readonly onApply: (filter: string) => void
  readonly problem?: boolean
  readonly children?: ReactNode
}): ReactNode {
  const state = useCompleting(value, keys)
  const { text, choices, shown, active } = state
  const listId = useId()
  const apply = (next: string) => {
    state.setOpen(false)
    onApply(next.trim())
  }
  const enter = () => (shown && active >= 0 ? state.choose(active) : apply(text))
  const actions: Readonly<Record<string, () => void>> = {
    ArrowDown: () => {
      state.setOpen(true)
      state.setActive(Math.min(choices.length - 1, active + 1))
    },
    ArrowUp: () => state.setActive(Math.max(-1, active - 1)),
    Enter: enter,
    Escape: () => state.setOpen(false),
    ...(shown && active >= 0 ? { Tab: () => state.choose(active) } : {}),
  }
  const onKeyDown = (event: KeyboardEvent) => {
    const action = actions[event.key]
    if (action === undefined) return
    event.preventDefault()
    action()
  }
  return (
    <div className={styles['bar']}>
      <div className={styles['form']}>
        <SearchInput
          ref={state.input}
          label="Filter runs"
          placeholder="metrics.auc > 0.8 AND params.model = 'lightgbm'"
          role="combobox"
          aria-expanded={shown}
          aria-controls={listId}
          aria-autocomplete="list"
          aria-activedescendant={shown && active >= 0 ? `${listId}-${active}` : undefined}
          aria-invalid={problem || undefined}
          value={text}
          onChange={(event) => {
            state.setText(event.target.value)
            state.setOpen(true)
            state.setActive(-1)
          }}
          onBlur={() => state.setOpen(false)}
          onKeyDown={onKeyDown}
        />
        {shown && (
          <div id={listId} role="listbox" aria-label="Completions" className={styles['list']}>
            {choices.map((choice, index) => (
              <div
                key={choice.text}
                id={`${listId}-${index}`}
                role="option"
                aria-selected={index === active}
                tabIndex={-1}
                className={styles['choice']}
                onMouseEnter={() => state.setActive(index)}
                onMouseDown={(event) => {
                  event.preventDefault()
                  state.choose(index)
                }}
              >
                <code>{choice.text}</code>
                <span>{choice.note}</span>
              </div>
            ))}
          </div>
        )}
      </div>
      {text !== '' && (
        <IconButton icon="close" label="Clear the filter" onClick={() => apply('')} />
      )}
      {children}
    </div>
  )
}
