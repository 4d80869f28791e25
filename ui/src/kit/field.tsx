import {
  useId,
  type ComponentProps,
  type ReactNode,
  type SelectHTMLAttributes,
  type TextareaHTMLAttributes,
} from 'react'
import { classNames } from './class-names.ts'
import { Icon } from './icons.tsx'
import styles from './field.module.css'

export function Input({ className, ...rest }: ComponentProps<'input'>): ReactNode {
  return <input {...rest} className={classNames(styles['input'], className)} />
}

export function TextArea({
  className,
  ...rest
}: TextareaHTMLAttributes<HTMLTextAreaElement>): ReactNode {
  return <textarea {...rest} className={classNames(styles['input'], styles['area'], className)} />
}

export interface Option<Value extends string> {
  readonly value: Value
  readonly label: string
}

/** The platform's own list box: it works with every keyboard and every phone. */
export function Select<Value extends string>({
  options,
  value,
  onChange,
  label,
  className,
  ...rest
}: Omit<SelectHTMLAttributes<HTMLSelectElement>, 'onChange' | 'value'> & {
  readonly options: readonly Option<Value>[]
  readonly value: Value
  readonly onChange: (value: Value) => void
  readonly label?: string
}): ReactNode {
  return (
    <select
      aria-label={label}
      {...rest}
      className={classNames(styles['input'], styles['select'], className)}
      value={value}
      onChange={(event) => onChange(event.target.value as Value)}
    >
      {options.map((option) => (
        <option key={option.value} value={option.value}>
          {option.label}
        </option>
      ))}
    </select>
  )
}

/** A label, a control, and a hint or what is wrong. */
export function Field({
  label,
  hint,
  problem,
  children,
}: {
  readonly label: string
  readonly hint?: ReactNode
  readonly problem?: string | undefined
  readonly children: (id: string, describedBy: string | undefined) => ReactNode
}): ReactNode {
  const id = useId()
  const note = problem ?? hint
  return (
    <div className={styles['field']}>
      <label className={styles['label']} htmlFor={id}>
        {label}
      </label>
      {children(id, note === undefined ? undefined : `${id}-note`)}
      {note !== undefined && (
        <div id={`${id}-note`} className={styles[problem === undefined ? 'hint' : 'problem']}>
          {note}
        </div>
      )}
    </div>
  )
}

export function SearchInput({
  label,
  ...rest
}: ComponentProps<'input'> & { readonly label: string }): ReactNode {
  return (
    <div className={styles['search']}>
      <Icon name="search" size={14} />
      <Input type="search" aria-label={label} spellCheck={false} autoComplete="off" {...rest} />
    </div>
  )
}

export function Checkbox({
  label,
  checked,
  onChange,
  hideLabel = false,
}: {
  readonly label: string
  readonly checked: boolean
  readonly onChange: (checked: boolean) => void
  readonly hideLabel?: boolean
}): ReactNode {
  return (
    <label className={styles['check']}>
      <input
        type="checkbox"
        className={styles['box']}
        checked={checked}
        onChange={(event) => onChange(event.target.checked)}
      />
      <span className={hideLabel ? 'visually-hidden' : undefined}>{label}</span>
    </label>
  )
}

/** A few choices side by side, one of them on. */
export function Segments<Value extends string>({
  label,
  options,
  value,
  onChange,
}: {
  readonly label: string
  readonly options: readonly Option<Value>[]
  readonly value: Value
  readonly onChange: (value: Value) => void
}): ReactNode {
  return (
    <div className={styles['segments']} role="group" aria-label={label}>
      {options.map((option) => (
        <button
          key={option.value}
          type="button"
          className={styles['segment']}
          aria-pressed={option.value === value}
          onClick={() => onChange(option.value)}
        >
          {option.label}
        </button>
      ))}
    </div>
  )
}
