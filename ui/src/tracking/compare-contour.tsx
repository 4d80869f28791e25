import { useMemo, type ReactNode } from 'react'
import { ChartFrame } from '../kit/chart-frame.tsx'
import { Select } from '../kit/field.tsx'
import { formatMetric } from '../kit/format.ts'
import { EmptyState } from '../kit/states.tsx'
import { axisIds, axisOf, type Axis } from './axis-values.ts'
import { bandsOf, surface, type Sample } from './contour.ts'
import { factsOf, keysOf, runName } from './run-facts.ts'
import type { Run } from './wire.ts'
import pageStyles from './compare-page.module.css'
import styles from './compare-charts.module.css'

const cells = 44
const bands = 8
const height = 420
/** Room for the scale of colours. */
const scaleWidth = 130

interface Plot {
  readonly left: number
  readonly top: number
  readonly width: number
  readonly height: number
}

function plotOf(width: number): Plot {
  return { left: 76, top: 24, width: width - 76 - scaleWidth, height: 330 }
}

const leastRuns = 3

/** A metric as a surface over two others: where in the space of parameters it is good. */
export function CompareContour({
  runs,
  x,
  y,
  z,
  onChange,
}: {
  readonly runs: readonly Run[]
  readonly x: string | undefined
  readonly y: string | undefined
  readonly z: string | undefined
  readonly onChange: (axes: {
    readonly x?: string
    readonly y?: string
    readonly z?: string
  }) => void
}): ReactNode {
  const ids = useMemo(() => axisIds(runs), [runs])
  const metrics = useMemo(() => keysOf(runs, 'metrics'), [runs])
  const numeric = ids.filter((id) => !axisOf(runs, id).positions.every((at) => at === undefined))
  const xId = x ?? numeric[0]
  const yId = y ?? numeric.find((id) => id !== xId)
  const zKey = z ?? metrics.find((key) => !key.endsWith('_std'))
  if (runs.length < leastRuns || xId === undefined || yId === undefined || zKey === undefined) {
    return (
      <EmptyState icon="chart" title={`A contour needs ${leastRuns} runs or more`}>
        They need two parameters or metrics to lie on, and a metric to be high or low.
      </EmptyState>
    )
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
        <label>
          Colour{' '}
          <Select
            value={zKey}
            options={metrics.map((key) => ({ value: key, label: key }))}
            onChange={(next) => onChange({ z: next })}
          />
        </label>
      </div>
      <Contour runs={runs} x={axisOf(runs, xId)} y={axisOf(runs, yId)} metric={zKey} />
    </>
  )
}

interface Point extends Sample {
  readonly run: Run
}

interface Wanted {
  readonly x: Axis
  readonly y: Axis
  readonly metric: string
}

function pointsOf(runs: readonly Run[], { x, y, metric }: Wanted): Point[] {
  return runs.flatMap((run, index) => {
    const across = x.positions[index]
    const up = y.positions[index]
    const value = factsOf(run).metrics.get(metric)
    if (across === undefined || up === undefined || !Number.isFinite(value)) return []
    return [{ run, x: across, y: up, value: Number(value) }]
  })
}

const left = (plot: Plot, at: number) => plot.left + at * plot.width
const top = (plot: Plot, at: number) => plot.top + (1 - at) * plot.height
/** Mixed, not see-through: cells that overlap by a hair would show their seams. */
const colourOf = (band: number) =>
  `color-mix(in srgb, var(--accent) ${Math.round(6 + (band / (bands - 1)) * 84)}%, var(--surface))`

function Contour({
  runs,
  x,
  y,
  metric,
}: {
  readonly runs: readonly Run[]
  readonly x: Axis
  readonly y: Axis
  readonly metric: string
}): ReactNode {
  const points = useMemo(() => pointsOf(runs, { x, y, metric }), [runs, x, y, metric])
  const grid = useMemo(() => bandsOf(surface(points, cells), bands), [points])
  if (points.length < leastRuns) {
    return <EmptyState icon="chart" title={`Only ${points.length} of these runs have all three`} />
  }
  const values = points.map((point) => point.value)
  return (
    <ChartFrame title={`${metric} over ${x.label} and ${y.label}`} least={480}>
      {(width) => {
        const plot = plotOf(width)
        return (
          <svg
            viewBox={`0 0 ${width} ${height}`}
            className={styles['svg']}
            style={{ minWidth: 480 }}
            role="img"
            aria-label={`${metric} over ${x.label} and ${y.label}`}
          >
            <Cells grid={grid} plot={plot} />
            <Ticks x={x} y={y} plot={plot} />
            {points.map((point) => (
              <circle
                key={point.run.info.run_id}
                cx={left(plot, point.x)}
                cy={top(plot, point.y)}
                r={5}
                fill="var(--surface)"
                stroke="var(--text)"
                strokeWidth={1.5}
              >
                <title>{`${runName(point.run)}: ${metric} ${formatMetric(point.value)}`}</title>
              </circle>
            ))}
            <Scale
              metric={metric}
              least={Math.min(...values)}
              most={Math.max(...values)}
              plot={plot}
            />
          </svg>
        )
      }}
    </ChartFrame>
  )
}

function Cells({
  grid,
  plot,
}: {
  readonly grid: readonly (readonly number[])[]
  readonly plot: Plot
}): ReactNode {
  const width = plot.width / cells
  const cellHeight = plot.height / cells
  return grid.map((row, up) =>
    row.map((band, across) => (
      <rect
        key={`${up} ${across}`}
        x={plot.left + across * width}
        y={plot.top + plot.height - (up + 1) * cellHeight}
        width={width + 0.4}
        height={cellHeight + 0.4}
        shapeRendering="crispEdges"
        fill={colourOf(band)}
      />
    )),
  )
}

function Ticks({
  x,
  y,
  plot,
}: {
  readonly x: Axis
  readonly y: Axis
  readonly plot: Plot
}): ReactNode {
  return (
    <>
      {y.ticks.map((tick) => (
        <text
          key={tick.text}
          x={plot.left - 8}
          y={top(plot, tick.at) + 4}
          textAnchor="end"
          className={styles['tick']}
        >
          {tick.text.slice(0, 11)}
        </text>
      ))}
      {x.ticks.map((tick) => (
        <text
          key={tick.text}
          x={left(plot, tick.at)}
          y={plot.top + plot.height + 18}
          textAnchor="middle"
          className={styles['tick']}
        >
          {tick.text.slice(0, 12)}
        </text>
      ))}
      <text
        x={plot.left + plot.width / 2}
        y={height - 10}
        textAnchor="middle"
        className={styles['label']}
      >
        {x.label}
      </text>
      <text x={8} y={14} className={styles['label']}>
        {y.label}
      </text>
    </>
  )
}

/** What the colours mean: the least at the bottom, the greatest at the top. */
function Scale({
  metric,
  least,
  most,
  plot,
}: {
  readonly metric: string
  readonly least: number
  readonly most: number
  readonly plot: Plot
}): ReactNode {
  const x = plot.left + plot.width + 36
  const bandHeight = plot.height / bands
  return (
    <>
      {Array.from({ length: bands }, (_, band) => (
        <rect
          key={band}
          x={x}
          y={plot.top + plot.height - (band + 1) * bandHeight}
          width={16}
          height={bandHeight}
          fill={colourOf(band)}
        />
      ))}
      <text x={x + 22} y={plot.top + 10} className={styles['tick']}>
        {formatMetric(most)}
      </text>
      <text x={x + 22} y={plot.top + plot.height} className={styles['tick']}>
        {formatMetric(least)}
      </text>
      <text x={x - 8} y={14} className={styles['label']}>
        {metric.slice(0, 18)}
      </text>
    </>
  )
}
