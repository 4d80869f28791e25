import { Link } from '@tanstack/react-router'
import { createContext, use, useMemo, useState, type ReactNode } from 'react'
import { createPortal } from 'react-dom'
import { Icon } from './icons.tsx'
import styles from './breadcrumbs.module.css'

interface Slot {
  readonly element: HTMLElement | null
  readonly setElement: (element: HTMLElement | null) => void
}

const SlotContext = createContext<Slot>({ element: null, setElement: () => undefined })

export function CrumbSlotProvider({ children }: { readonly children: ReactNode }): ReactNode {
  const [element, setElement] = useState<HTMLElement | null>(null)
  const slot = useMemo(() => ({ element, setElement }), [element])
  return <SlotContext value={slot}>{children}</SlotContext>
}

/** Where the shell shows the page's breadcrumbs. */
export function CrumbSlot(): ReactNode {
  return <div ref={use(SlotContext).setElement} />
}

export interface Crumb {
  readonly label: string
  /** A path of this site; the last crumb, the page itself, has none. */
  readonly to?: string
}

/** The way down to this page, shown in the bar. */
export function Breadcrumbs({ crumbs }: { readonly crumbs: readonly Crumb[] }): ReactNode {
  const { element } = use(SlotContext)
  if (element === null) return null
  return createPortal(
    <nav aria-label="Breadcrumbs">
      <ol className={styles['crumbs']}>
        {crumbs.map((crumb, index) => (
          <li key={`${crumb.label}${crumb.to ?? ''}`} className={styles['crumb']}>
            {index > 0 && <Icon name="chevron" size={12} />}
            {crumb.to === undefined ? (
              <span aria-current="page" title={crumb.label}>
                {crumb.label}
              </span>
            ) : (
              <Link to={crumb.to} title={crumb.label}>
                {crumb.label}
              </Link>
            )}
          </li>
        ))}
      </ol>
    </nav>,
    element,
  )
}
