import type { ReactNode } from 'react'
import styles from './toolbar.module.css'

/** Controls in a row, above what they control. */
export function Toolbar({ children }: { readonly children: ReactNode }): ReactNode {
  return <div className={styles['bar']}>{children}</div>
}
