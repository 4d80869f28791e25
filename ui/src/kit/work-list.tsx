import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import styles from './work-list.module.css'

export interface WorkItem {
  readonly id: string
  readonly to: string
  readonly lead?: ReactNode
  readonly title: ReactNode
  readonly sub?: ReactNode
  readonly end?: ReactNode
}

/** A short list of things to look at; each line is a link. */
export function WorkList({
  label,
  items,
  none,
}: {
  readonly label: string
  readonly items: readonly WorkItem[]
  /** What to say when there is nothing. */
  readonly none: ReactNode
}): ReactNode {
  if (items.length === 0) {
    return (
      <div className={styles['list']}>
        <div className={styles['none']}>{none}</div>
      </div>
    )
  }
  return (
    <ul className={styles['list']} aria-label={label}>
      {items.map((item) => (
        <li key={item.id}>
          <Link to={item.to} className={styles['item']}>
            {item.lead !== undefined && <span className={styles['lead']}>{item.lead}</span>}
            <span className={styles['main']}>
              <span className={styles['title']}>{item.title}</span>
              {item.sub !== undefined && <span className={styles['sub']}>{item.sub}</span>}
            </span>
            {item.end !== undefined && <span className={styles['end']}>{item.end}</span>}
          </Link>
        </li>
      ))}
    </ul>
  )
}
