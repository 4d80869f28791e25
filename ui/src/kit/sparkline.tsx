import type { ReactNode } from 'react'

const width = 110
const height = 22

/** A small line of a few values, with its limit as a dashed line where there is one. */
export function Sparkline({
  values,
  limit,
  label,
  bad = false,
}: {
  readonly values: readonly number[]
  readonly limit?: number | undefined
  readonly label: string
  readonly bad?: boolean
}): ReactNode {
  const all = limit === undefined ? values : [...values, limit]
  const least = Math.min(0, ...all)
  const span = Math.max(...all) - least || 1
  const x = (index: number) =>
    values.length < 2 ? width - 6 : 3 + (index / (values.length - 1)) * (width - 9)
  const y = (value: number) => height - 3 - ((value - least) / span) * (height - 6)
  const last = values.at(-1)
  const colour = bad ? 'var(--bad)' : 'var(--accent)'
  return (
    <svg
      width={width}
      height={height}
      role="img"
      aria-label={label}
      style={{ verticalAlign: 'middle' }}
    >
      {limit !== undefined && (
        <line
          x1={0}
          x2={width}
          y1={y(limit)}
          y2={y(limit)}
          stroke="var(--border-strong)"
          strokeDasharray="3 3"
        />
      )}
      <polyline
        points={values.map((value, index) => `${x(index)},${y(value)}`).join(' ')}
        fill="none"
        stroke={colour}
        strokeWidth={1.5}
      />
      {last !== undefined && (
        <circle cx={x(values.length - 1)} cy={y(last)} r={2.5} fill={colour} />
      )}
    </svg>
  )
}
