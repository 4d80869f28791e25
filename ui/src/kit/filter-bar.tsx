import { useId, useRef, useState, type KeyboardEvent, type ReactNode, type RefObject } from 'react'
import { IconButton } from './button.tsx'
import { SearchInput } from './field.tsx'
import {
  completeFilter,
  faultOf,
  toFilter,
  type Completion,
  type Grammar,
} from './filter-completion.ts'
import { Icon } from './icons.tsx'
import { ErrorState } from './states.tsx'
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

function useCompleting(value: string, keys: readonly string[], grammar: Grammar): Completing {
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
  const { choices, from } = completeFilter(text.slice(0, cursor), keys, grammar)
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
  label,
  value,
  grammar,
  keys,
  onApply,
  problem = false,
  children,
}: {
  /** "Filter runs". */
  readonly label: string
  readonly value: string
  readonly grammar: Grammar
  /** `metrics.auc`, `params.depth`, …: what completion offers. */
  readonly keys: readonly string[]
  readonly onApply: (filter: string) => void
  readonly problem?: boolean
  readonly children?: ReactNode
}): ReactNode {
  const state = useCompleting(value, keys, grammar)
  const { text, choices, shown, active } = state
  const listId = useId()
  const apply = (next: string) => {
    state.setOpen(false)
    onApply(toFilter(next, grammar))
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
          label={label}
          placeholder={grammar.example}
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

/** What is wrong with a filter, with the place marked; any other failure as usual. */
export function FilterProblem({
  filter,
  error,
  what,
  onRetry,
}: {
  readonly filter: string
  readonly error: unknown
  readonly what: string
  readonly onRetry: () => void
}): ReactNode {
  const fault = faultOf(error)
  if (fault === undefined) return <ErrorState error={error} what={what} onRetry={onRetry} />
  const { at, problem } = fault
  const [wrong = ' '] = /^\s*(?:\w+|\S)/.exec(filter.slice(at)) ?? []
  return (
    <div className={styles['fault']} role="alert">
      <code className={styles['faultText']}>
        {filter.slice(0, at)}
        <mark>{wrong}</mark>
        {filter.slice(at + wrong.length)}
      </code>
      <div>
        <Icon name="warning" size={14} /> Position {at + 1}: {problem}.
      </div>
      <div className="muted">
        Metrics and times compare as numbers, all else as text in single quotes; AND joins
        conditions. Names with other signs than letters, digits and dots stand in backticks.
      </div>
    </div>
  )
}
