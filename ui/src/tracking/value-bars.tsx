import type { ReactNode } from 'react'
import type { Series } from '../kit/chart-data.ts'
import { decimalsFor, formatMetric } from '../kit/format.ts'
import { seriesColour } from '../kit/line-chart.tsx'
import styles from './metric-charts.module.css'

/** One value of each run, where a line would be a row of dots: bars from zero. */
export function ValueBars({ series }: { readonly series: readonly Series[] }): ReactNode {
  const values = series.map((one) => one.y.at(-1) ?? undefined)
  const known = values.filter((value) => value !== undefined)
  const most = Math.max(...known.map((value) => Math.abs(value)), Number.MIN_VALUE)
  const decimals = decimalsFor(known)
  return (
    <ul className={styles['bars']}>
      {series.map((one, index) => {
        const value = values[index]
        return (
          <li key={one.id} className={styles['barRow']}>
            <span className={styles['barName']} title={one.label}>
              {one.label}
            </span>
            <span className={styles['barTrack']}>
              <span
                className={styles['bar']}
                style={{
                  width: `${value === undefined ? 0 : (Math.abs(value) / most) * 100}%`,
                  background: seriesColour(index),
                }}
              />
            </span>
            <span className="num">{value === undefined ? '–' : formatMetric(value, decimals)}</span>
          </li>
        )
      })}
    </ul>
  )
}
