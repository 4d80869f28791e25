import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { Icon } from '../kit/icons.tsx'
import { lookOfNode } from './nodes.ts'
import styles from './node-link.module.css'

/** A thing of the lineage by its icon and name, as a link where it has a page. */
export function NodeLink({ node }: { readonly node: string }): ReactNode {
  const look = lookOfNode(node)
  const content = (
    <>
      <Icon name={look.icon} size={14} />
      <span className="nowrap">{look.name}</span>
    </>
  )
  return look.to === undefined ? (
    <span className={styles['node']} title={node}>
      {content}
    </span>
  ) : (
    <Link to={look.to} className={styles['node']} title={node}>
      {content}
    </Link>
  )
}
