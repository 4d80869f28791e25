import { useState, type ReactNode } from 'react'
import { IconButton } from './button.tsx'
import { Icon } from './icons.tsx'
import styles from './code.module.css'

/** Copies and says for a moment that it has. */
function useCopied(text: string): { readonly copied: boolean; readonly copy: () => void } {
  const [copied, setCopied] = useState(false)
  const copy = () => {
    void navigator.clipboard?.writeText(text).then(() => {
      setCopied(true)
      setTimeout(() => setCopied(false), 1200)
    })
  }
  return { copied, copy }
}

/** An id in monospace; a click copies all of it. `shown` shortens what is seen. */
export function CopyId({
  id,
  shown = id,
}: {
  readonly id: string
  readonly shown?: string
}): ReactNode {
  const { copied, copy } = useCopied(id)
  return (
    <button
      type="button"
      className={styles['id']}
      title={`Copy ${id}`}
      aria-label={`Copy ${shown}`}
      onClick={copy}
    >
      {shown}
      {copied && (
        <span className={styles['copied']} role="status">
          <Icon name="check" size={12} /> Copied
        </span>
      )}
    </button>
  )
}

export function CopyButton({
  text,
  label,
}: {
  readonly text: string
  readonly label: string
}): ReactNode {
  const { copied, copy } = useCopied(text)
  return <IconButton icon={copied ? 'check' : 'copy'} label={label} small onClick={copy} />
}

/** A block of code or a command, with a button that copies it. */
export function CodeBlock({
  text,
  language,
  children,
  maxHeight,
}: {
  readonly text: string
  readonly language?: string
  /** The same text with colours. */
  readonly children?: ReactNode
  readonly maxHeight?: number
}): ReactNode {
  return (
    <div className={styles['block']}>
      <pre
        tabIndex={0}
        aria-label={`${language ?? 'text'} code`}
        style={maxHeight === undefined ? undefined : { maxHeight }}
      >
        <code>{children ?? text}</code>
      </pre>
      <div className={styles['copy']}>
        <CopyButton text={text} label="Copy" />
      </div>
    </div>
  )
}
