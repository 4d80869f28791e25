import type { ReactNode } from 'react'
import { formatDuration } from '../kit/format.ts'
import { Icon } from '../kit/icons.tsx'
import type { SpanLine } from './spans.ts'
import styles from './trace-page.module.css'

/** When each span ran, on one line of time, children under their parents. */
export function Waterfall({
  lines,
  selected,
  onSelect,
}: {
  readonly lines: readonly SpanLine[]
  readonly selected: string
  readonly onSelect: (spanId: string) => void
}): ReactNode {
  const whole = Math.max(0.001, ...lines.map((line) => line.endMs))
  return (
    <div className={styles['frame']}>
      <ul className={styles['lines']} aria-label="When each span ran">
        {lines.map((line) => (
          <li key={line.span.span_id}>
            <button
              type="button"
              className={styles['line']}
              aria-pressed={line.span.span_id === selected}
              onClick={() => onSelect(line.span.span_id)}
            >
              <span className={styles['name']} style={{ paddingLeft: line.depth * 16 }}>
                {line.failed && <Icon name="cross" size={12} />}
                <span title={line.span.name}>{line.span.name}</span>
                {line.failed && <span className="visually-hidden">failed</span>}
              </span>
              <span className={styles['track']}>
                <span
                  className={styles['bar']}
                  data-failed={line.failed}
                  style={{
                    left: `${(line.startMs / whole) * 100}%`,
                    width: `${((line.endMs - line.startMs) / whole) * 100}%`,
                  }}
                />
              </span>
              <span className={styles['took']}>{formatDuration(line.endMs - line.startMs)}</span>
            </button>
          </li>
        ))}
      </ul>
    </div>
  )
}
