import { Tabs as Base } from '@base-ui/react/tabs'
import type { ReactNode } from 'react'
import { classNames } from './class-names.ts'
import styles from './tabs.module.css'

export interface Tab<Id extends string> {
  readonly id: Id
  readonly label: string
  readonly count?: number | undefined
  readonly content: ReactNode
}

/** Tabs whose choice belongs to the caller, which keeps it in the URL. */
export function Tabs<Id extends string>({
  label,
  tabs,
  active,
  onChange,
  fill = false,
}: {
  readonly label: string
  readonly tabs: readonly Tab<Id>[]
  readonly active: Id
  readonly onChange: (tab: Id) => void
  readonly fill?: boolean
}): ReactNode {
  return (
    <Base.Root
      value={active}
      onValueChange={(value) => onChange(value as Id)}
      className={classNames(fill && styles['fill'])}
    >
      <Base.List className={styles['list']} aria-label={label} activateOnFocus={false}>
        {tabs.map((tab) => (
          <Base.Tab key={tab.id} value={tab.id} className={styles['tab']}>
            {tab.label}
            {tab.count !== undefined && <span className={styles['count']}>{tab.count}</span>}
          </Base.Tab>
        ))}
      </Base.List>
      {tabs.map((tab) => (
        <Base.Panel
          key={tab.id}
          value={tab.id}
          className={classNames(styles['panel'], fill && tab.id === active && styles['fill'])}
        >
          {tab.content}
        </Base.Panel>
      ))}
    </Base.Root>
  )
}
