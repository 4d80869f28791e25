import type { ReactNode } from 'react'
import { classNames } from './class-names.ts'
import styles from './page.module.css'

/** A page's frame. `fill` makes it as high as the window, for a page that is one table. */
export function Page({
  title,
  fill = false,
  children,
}: {
  /** The browser tab's title. */
  readonly title: string
  readonly fill?: boolean
  readonly children: ReactNode
}): ReactNode {
  return (
    <div className={classNames(styles['page'], fill && styles['fill'])}>
      <title>{`${title} · Millrace`}</title>
      {children}
    </div>
  )
}

export interface Fact {
  readonly name: string
  readonly value: ReactNode
}

/** The title, the facts that matter, and what can be done. */
export function PageHeader({
  title,
  kicker,
  badges,
  facts = [],
  actions,
}: {
  readonly title: ReactNode
  readonly kicker?: ReactNode
  readonly badges?: ReactNode
  readonly facts?: readonly Fact[]
  readonly actions?: ReactNode
}): ReactNode {
  return (
    <header className={styles['header']}>
      <div className={styles['titles']}>
        {kicker !== undefined && <div className={styles['kicker']}>{kicker}</div>}
        <div className={styles['titleRow']}>
          <h1>{title}</h1>
          {badges}
        </div>
        {facts.length > 0 && <Facts facts={facts} />}
      </div>
      {actions !== undefined && <div className={styles['actions']}>{actions}</div>}
    </header>
  )
}

export function Facts({ facts }: { readonly facts: readonly Fact[] }): ReactNode {
  return (
    <dl className={styles['facts']}>
      {facts.map((fact) => (
        <div key={fact.name} className={styles['fact']}>
          <dt>{fact.name}</dt>
          <dd>{fact.value}</dd>
        </div>
      ))}
    </dl>
  )
}

export function Section({
  title,
  note,
  actions,
  children,
}: {
  readonly title: string
  readonly note?: ReactNode
  readonly actions?: ReactNode
  readonly children: ReactNode
}): ReactNode {
  return (
    <section className={styles['section']} aria-label={title}>
      <div className={styles['sectionHead']}>
        <h2>{title}</h2>
        <div className={styles['sectionNote']}>{note}</div>
        {actions}
      </div>
      {children}
    </section>
  )
}

export function Panel({
  padded = true,
  children,
  className,
}: {
  readonly padded?: boolean
  readonly children: ReactNode
  readonly className?: string | undefined
}): ReactNode {
  return (
    <div className={classNames(styles['panel'], padded && styles['padded'], className)}>
      {children}
    </div>
  )
}

/** Names and values, one pair a line. */
export function KeyValues({ facts }: { readonly facts: readonly Fact[] }): ReactNode {
  return (
    <dl className={styles['keyValues']}>
      {facts.flatMap((fact) => [
        <dt key={`${fact.name} name`}>{fact.name}</dt>,
        <dd key={`${fact.name} value`}>{fact.value}</dd>,
      ])}
    </dl>
  )
}

/** A wide column and a narrow one beside it; one under the other on narrow screens. */
export function Columns({ children }: { readonly children: ReactNode }): ReactNode {
  return <div className={styles['columns']}>{children}</div>
}
