import type { ButtonHTMLAttributes, ReactNode } from 'react'
import { classNames } from './class-names.ts'
import { Icon, type IconName } from './icons.tsx'
import styles from './button.module.css'

export type ButtonKind = 'default' | 'primary' | 'danger' | 'quiet'

export interface ButtonProps extends Omit<ButtonHTMLAttributes<HTMLButtonElement>, 'disabled'> {
  readonly kind?: ButtonKind
  readonly icon?: IconName
  readonly small?: boolean
  /** Shows a turning icon and refuses clicks. */
  readonly busy?: boolean
  /** Why the button cannot be pressed now. It stays focusable, so that the reason can be read. */
  readonly refusal?: string | undefined
}

/** The classes of a button, for a link that looks like one. */
export function buttonClass(kind: ButtonKind = 'default', small = false): string {
  return classNames(styles['button'], styles[kind], small && styles['small'])
}

export function Button(props: ButtonProps): ReactNode {
  const { kind, icon, small, busy = false, refusal, children, className, onClick, ...rest } = props
  const blocked = busy || refusal !== undefined
  return (
    <button
      type="button"
      title={refusal}
      {...rest}
      className={classNames(buttonClass(kind, small), className)}
      aria-disabled={blocked || undefined}
      aria-busy={busy || undefined}
      onClick={blocked ? (event) => event.preventDefault() : onClick}
    >
      {busy ? <Icon name="spinner" spin /> : icon !== undefined && <Icon name={icon} />}
      {children}
    </button>
  )
}

export interface IconButtonProps extends Omit<ButtonProps, 'children'> {
  readonly icon: IconName
  readonly label: string
}

/** A button that shows only a drawing; `label` is its name and its tooltip. */
export function IconButton({ label, kind = 'quiet', ...rest }: IconButtonProps): ReactNode {
  return (
    <Button
      title={label}
      aria-label={label}
      {...rest}
      kind={kind}
      className={classNames(styles['icon'], rest.className)}
    />
  )
}
