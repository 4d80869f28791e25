import { useMemo, type ReactNode } from 'react'
import { ChartFrame } from '../kit/chart-frame.tsx'
import { Select } from '../kit/field.tsx'
import { seriesColour } from '../kit/line-chart.tsx'
import { EmptyState } from '../kit/states.tsx'
import { axisIds, axisOf, type Axis } from './axis-values.ts'
import { runName } from './run-facts.ts'
import type { Run } from './wire.ts'
import pageStyles from './compare-page.module.css'
import styles from './compare-charts.module.css'

const height = 400
const left = 76
const bottom = 44
const pad = 24
/** Keeps the outermost points off the edges. */
const inset = 12

/** One point per run over two metrics or parameters. */
export function CompareScatter({
  runs,
  x,
  y,
  onChange,
}: {
  readonly runs: readonly Run[]
  readonly x: string | undefined
  readonly y: string | undefined
  readonly onChange: (axes: { readonly x?: string; readonly y?: string }) => void
}): ReactNode {
  const ids = useMemo(() => axisIds(runs), [runs])
  const metrics = ids.filter((id) => id.startsWith('metrics.') && !id.endsWith('_std'))
  const xId = x ?? metrics[1] ?? ids[0]
  const yId = y ?? metrics[0] ?? ids[1]
  if (xId === undefined || yId === undefined) {
    return <EmptyState icon="chart" title="These runs have nothing to plot" />
  }
  const options = ids.map((id) => ({ value: id, label: id }))
  return (
    <>
      <div className={pageStyles['controls']}>
        <label>
          Across <Select value={xId} options={options} onChange={(next) => onChange({ x: next })} />
        </label>
        <label>
          Up <Select value={yId} options={options} onChange={(next) => onChange({ y: next })} />
        </label>
      </div>
      <Scatter runs={runs} x={axisOf(runs, xId)} y={axisOf(runs, yId)} />
    </>
  )
}

function yAt(position: number): number {
  return pad + inset + (1 - position) * (height - bottom - pad - 2 * inset)
}

function Scatter({
  runs,
  x,
  y,
}: {
  readonly runs: readonly Run[]
  readonly x: Axis
  readonly y: Axis
}): ReactNode {
  const legend = runs.map((run, index) => ({ label: runName(run), colour: seriesColour(index) }))
  return (
    <ChartFrame title={`${y.label} against ${x.label}`} least={320} legend={legend}>
      {(width) => <Points runs={runs} x={x} y={y} width={width} />}
    </ChartFrame>
  )
}

function Points({
  runs,
  x,
  y,
  width,
}: {
  readonly runs: readonly Run[]
  readonly x: Axis
  readonly y: Axis
  /** In pixels. */
  readonly width: number
}): ReactNode {
  const xAt = (position: number) => left + inset + position * (width - left - pad - 2 * inset)
  return (
    <svg
      viewBox={`0 0 ${width} ${height}`}
      className={styles['svg']}
      role="img"
      aria-label={`${y.label} against ${x.label}`}
    >
      {y.ticks.map((tick) => (
        <g key={tick.text}>
          <line
            x1={left}
            x2={width - pad}
            y1={yAt(tick.at)}
            y2={yAt(tick.at)}
            className={styles['grid']}
          />
          <text x={left - 8} y={yAt(tick.at) + 4} textAnchor="end" className={styles['tick']}>
            {tick.text.slice(0, 11)}
          </text>
        </g>
      ))}
      {x.ticks.map((tick) => (
        <text
          key={tick.text}
          x={xAt(tick.at)}
          y={height - bottom + 18}
          textAnchor="middle"
          className={styles['tick']}
        >
          {tick.text.slice(0, 12)}
        </text>
      ))}
      <text
        x={(left + width - pad) / 2}
        y={height - 6}
        textAnchor="middle"
        className={styles['label']}
      >
        {x.label}
      </text>
      <text x={8} y={14} className={styles['label']}>
        {y.label}
      </text>
      {runs.map((run, index) => {
        const across = x.positions[index]
        const up = y.positions[index]
        if (across === undefined || up === undefined) return null
        return (
          <circle
            key={run.info.run_id}
            cx={xAt(across)}
            cy={yAt(up)}
            r={6}
            fill={seriesColour(index)}
            stroke="var(--surface)"
            strokeWidth={1.5}
          >
            <title>{`${runName(run)}: ${x.label} ${x.texts[index] ?? '–'}, ${y.label} ${y.texts[index] ?? '–'}`}</title>
          </circle>
        )
      })}
    </svg>
  )
}
