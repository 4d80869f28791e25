import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import styles from './story.module.css'

const stations = [
  'data',
  'features',
  'trials',
  'model',
  'decision',
  'endpoint',
  'predictions',
] as const

export type Station = (typeof stations)[number]

/** Where a page is on the way from data to predictions, with links to what came before and after. */
export function Story({
  at,
  links = {},
}: {
  readonly at: Station
  /** Paths of the things at other stations, where they are known. */
  readonly links?: Readonly<Partial<Record<Station, string>>>
}): ReactNode {
  const here = stations.indexOf(at)
  return (
    <ol className={styles['story']} aria-label="Where this is in the story">
      {stations.map((station, index) => {
        const to = links[station]
        return (
          <li
            key={station}
            className={styles['station']}
            data-passed={index <= here}
            aria-current={index === here ? 'step' : undefined}
          >
            {to === undefined ? (
              <span className={styles['name']}>{station}</span>
            ) : (
              <Link to={to} className={styles['name']}>
                {station}
              </Link>
            )}
          </li>
        )
      })}
    </ol>
  )
}
