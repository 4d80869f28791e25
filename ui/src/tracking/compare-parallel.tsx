import { useMemo, useState, type ReactNode } from 'react'
import { classNames } from '../kit/class-names.ts'
import { Button } from '../kit/button.tsx'
import { ChartFrame } from '../kit/chart-frame.tsx'
import { Checkbox } from '../kit/field.tsx'
import { seriesColour } from '../kit/line-chart.tsx'
import { Popover } from '../kit/menu.tsx'
import { EmptyState } from '../kit/states.tsx'
import { axisIds, axisOf, firstAxes, type Axis } from './axis-values.ts'
import { runName } from './run-facts.ts'
import type { Run } from './wire.ts'
import pageStyles from './compare-page.module.css'
import styles from './compare-charts.module.css'

const height = 380
const top = 44
const bottom = 24
/** Between two axes, at least. */
const leastGap = 110
const side = 70

function yOf(position: number): number {
  return top + (1 - position) * (height - top - bottom)
}

/** One vertical axis per metric or parameter, one line per run. */
export function CompareParallel({
  runs,
  axes: chosen,
  onAxes,
}: {
  readonly runs: readonly Run[]
  readonly axes: string | undefined
  readonly onAxes: (axes: string) => void
}): ReactNode {
  const ids = useMemo(() => axisIds(runs), [runs])
  const shown = useMemo(() => chosen?.split(',') ?? firstAxes(runs, 7), [chosen, runs])
  const axes = useMemo(
    () => ids.filter((id) => shown.includes(id)).map((id) => axisOf(runs, id)),
    [ids, shown, runs],
  )
  return (
    <>
      <div className={pageStyles['controls']}>
        <Popover label="Axes" trigger={<Button icon="columns">Axes</Button>}>
          <div style={{ maxHeight: 320, overflow: 'auto' }}>
            {ids.map((id) => (
              <div key={id}>
                <Checkbox
                  label={id}
                  checked={shown.includes(id)}
                  onChange={(on) =>
                    onAxes((on ? [...shown, id] : shown.filter((one) => one !== id)).join(','))
                  }
                />
              </div>
            ))}
          </div>
        </Popover>
        <span className="muted">Hover over a line to follow one run.</span>
      </div>
      {axes.length < 2 ? (
        <EmptyState icon="chart" title="Choose two axes or more" />
      ) : (
        <Parallel runs={runs} axes={axes} />
      )}
    </>
  )
}

function Parallel({
  runs,
  axes,
}: {
  readonly runs: readonly Run[]
  readonly axes: readonly Axis[]
}): ReactNode {
  const legend = runs.map((run, index) => ({ label: runName(run), colour: seriesColour(index) }))
  return (
    <ChartFrame
      title="Parallel coordinates"
      least={side * 2 + leastGap * (axes.length - 1)}
      legend={legend}
    >
      {(width) => <Lines runs={runs} axes={axes} width={width} />}
    </ChartFrame>
  )
}

function Lines({
  runs,
  axes,
  width,
}: {
  readonly runs: readonly Run[]
  readonly axes: readonly Axis[]
  /** In pixels. */
  readonly width: number
}): ReactNode {
  const [active, setActive] = useState<number>()
  const xOf = (index: number) => side + (index * (width - side * 2)) / (axes.length - 1)
  return (
    <svg
      viewBox={`0 0 ${width} ${height}`}
      className={styles['svg']}
      style={{ minWidth: width }}
      role="img"
      aria-label={`Parallel coordinates of ${runs.length} runs over ${axes.map((axis) => axis.label).join(', ')}`}
    >
      {axes.map((axis, index) => (
        <g key={axis.id}>
          <line
            x1={xOf(index)}
            x2={xOf(index)}
            y1={top}
            y2={height - bottom}
            className={styles['axis']}
          />
          <text x={xOf(index)} y={20} textAnchor="middle" className={styles['label']}>
            {axis.label.length > 20 ? `${axis.label.slice(0, 19)}…` : axis.label}
            <title>{axis.label}</title>
          </text>
        </g>
      ))}
      {runs.map((run, at) => (
        <polyline
          key={run.info.run_id}
          points={axes
            .map((axis, index) => {
              const position = axis.positions[at]
              return position === undefined ? '' : `${xOf(index)},${yOf(position)}`
            })
            .filter(Boolean)
            .join(' ')}
          stroke={seriesColour(at)}
          className={classNames(
            styles['line'],
            active !== undefined && styles[active === at ? 'strong' : 'dim'],
          )}
          onMouseEnter={() => setActive(at)}
          onMouseLeave={() => setActive(undefined)}
        >
          <title>{runName(run)}</title>
        </polyline>
      ))}
      {axes.map((axis, index) => (
        <g key={axis.id} className={styles['over']}>
          {axis.ticks.map((tick) => (
            <text
              key={tick.text}
              x={xOf(index) + 6}
              y={yOf(tick.at) + 4}
              className={styles['tick']}
            >
              {tick.text.length > 14 ? `${tick.text.slice(0, 13)}…` : tick.text}
            </text>
          ))}
        </g>
      ))}
    </svg>
  )
}
