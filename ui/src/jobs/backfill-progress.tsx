import type { ReactNode } from 'react'
import { formatCount } from '../kit/format.ts'
import { statusLook } from '../kit/status.tsx'
import { intervalStates, type Backfill } from './backfill-wire.ts'
import styles from './backfill.module.css'

/** How many of its times are done, as a bar and in words. */
export function BackfillProgress({ backfill }: { readonly backfill: Backfill }): ReactNode {
  const { counts, total } = backfill
  const done = total - (counts.WAITING ?? 0) - (counts.RUNNING ?? 0)
  const words = intervalStates
    .filter((state) => (counts[state] ?? 0) > 0)
    .map((state) => `${formatCount(counts[state])} ${statusLook(state).word.toLowerCase()}`)
    .join(', ')
  return (
    <span className={styles['progress']} title={words}>
      <span className={styles['bar']} aria-hidden="true">
        {intervalStates.map((state) => (
          <span
            key={state}
            data-tone={state === 'WAITING' ? 'none' : statusLook(state).tone}
            style={{ flexGrow: counts[state] ?? 0 }}
          />
        ))}
      </span>
      <span className="num">
        {formatCount(done)} of {formatCount(total)}
      </span>
      <span className="visually-hidden">{words}</span>
    </span>
  )
}
