import { useEffect, useMemo, useRef, useState, type ReactNode } from 'react'
import UPlot from 'uplot'
import 'uplot/dist/uPlot.min.css'
import { alignSeries, type Series } from './chart-data.ts'
import { formatExactTime, formatMetric } from './format.ts'
import { useTheme } from './theme.ts'
import styles from './line-chart.module.css'

export interface LineChartProps {
  /** What the chart shows, for screen readers. */
  readonly label: string
  readonly series: readonly Series[]
  readonly height?: number
  readonly logY?: boolean
  /** x values are epoch seconds. */
  readonly timeX?: boolean
  readonly xLabel?: string
  /** Charts with the same key share their cursor. */
  readonly syncKey?: string
}

interface Hover {
  readonly left: number
  readonly index: number
  readonly width: number
}

function cssColour(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim()
}

export function seriesColour(index: number): string {
  return `var(--series-${(index % 8) + 1})`
}

function axisOf(label?: string): UPlot.Axis {
  return {
    stroke: cssColour('--text-3'),
    font: '11px system-ui, sans-serif',
    grid: { stroke: cssColour('--border'), width: 1 },
    ticks: { stroke: cssColour('--border'), width: 1, size: 4 },
    ...(label === undefined
      ? {}
      : { label, labelSize: 18, labelFont: '11px system-ui, sans-serif' }),
  }
}

function optionsOf(
  props: LineChartProps,
  width: number,
  onHover: (hover: Hover | undefined) => void,
): UPlot.Options {
  return {
    width,
    height: props.height ?? 200,
    legend: { show: false },
    padding: [8, 8, 0, 0],
    cursor: {
      points: { size: 6 },
      drag: { x: true, y: false },
      ...(props.syncKey === undefined ? {} : { sync: { key: props.syncKey } }),
    },
    scales: { x: { time: props.timeX ?? false }, y: { distr: props.logY === true ? 3 : 1 } },
    axes: [
      {
        ...axisOf(props.xLabel),
        size: props.xLabel === undefined ? 28 : 26,
        ...(props.timeX === true ? { values: clockTexts } : {}),
      },
      {
        ...axisOf(),
        size: 56,
        values: (_plot, ticks) => ticks.map((tick) => (tick === null ? '' : tickText(tick))),
      },
    ],
    series: [
      {},
      ...props.series.map((one, index) => ({
        label: one.label,
        stroke: cssColour(`--series-${(index % 8) + 1}`),
        width: 1.5,
        points: { show: hasDots(one), size: 4 },
      })),
    ],
    hooks: {
      setCursor: [
        (plot) => {
          const { idx, left = -1 } = plot.cursor
          onHover(
            idx === null || idx === undefined || left < 0
              ? undefined
              : { left, index: idx, width: plot.width },
          )
        },
      ],
    },
  }
}

const dayMs = 86_400_000

/** Ticks of a time axis: the hour, with the day before it where they span more than one. */
function clockTexts(_plot: UPlot, ticks: readonly number[]): string[] {
  const [first = 0] = ticks
  const span = ((ticks.at(-1) ?? first) - first) * 1000
  const step = ticks.length > 1 ? span / (ticks.length - 1) : span
  const format = new Intl.DateTimeFormat(undefined, {
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
    ...(step < 60_000 ? { second: '2-digit' } : {}),
    ...(span > dayMs ? { month: 'short', day: 'numeric' } : {}),
  })
  return ticks.map((tick) => format.format(tick * 1000))
}

/** A few points are shown as such; many would hide the line. */
function hasDots(one: Series): boolean {
  return one.x.length < 40
}

/** Whether the window shows less than all points. */
function isZoomed({ data: [x], scales }: UPlot): boolean {
  const { min, max } = scales['x'] ?? {}
  const [first, last] = [x[0], x.at(-1)]
  if (min === undefined || max === undefined || first === undefined || last === undefined) {
    return false
  }
  return min > first || max < last
}

function tickText(value: number): string {
  const size = Math.abs(value)
  if (size !== 0 && (size < 1e-3 || size >= 1e5)) return value.toExponential(1)
  return String(Number(value.toPrecision(5)))
}

/** Lines with a shared cursor; drag to zoom, double-click to zoom out. uPlot draws them. */
export function LineChart(props: LineChartProps): ReactNode {
  const { series, timeX = false } = props
  const frame = useRef<HTMLDivElement>(null)
  const [hover, setHover] = useState<Hover>()
  const theme = useTheme()
  const data = useMemo(() => alignSeries(series), [series])
  const plot = useRef<UPlot>(undefined)
  const shape = series.map((one) => `${one.id} ${one.label} ${String(hasDots(one))}`).join('\n')

  // uPlot owns a canvas: it is made anew when the lines, the scale or the theme are others.
  useEffect(() => {
    const element = frame.current
    if (element === null) return undefined
    const options = optionsOf(props, element.clientWidth, setHover)
    const made = new UPlot(options, [data.x, ...data.ys] as UPlot.AlignedData, element)
    plot.current = made
    const observer = new ResizeObserver(() =>
      made.setSize({ width: element.clientWidth, height: options.height }),
    )
    observer.observe(element)
    return () => {
      observer.disconnect()
      made.destroy()
      plot.current = undefined
    }
  }, [shape, theme, timeX, props.logY, props.height, props.xLabel])

  // New points of the same lines: what was zoomed into stays in sight.
  useEffect(() => {
    const made = plot.current
    if (made === undefined || made.data[0] === data.x) return
    const zoomed = isZoomed(made)
    made.setData([data.x, ...data.ys] as UPlot.AlignedData, !zoomed)
    if (zoomed) made.redraw()
  }, [data])

  return (
    <div className={styles['chart']} role="img" aria-label={props.label}>
      <div ref={frame} style={{ height: props.height ?? 200 }} />
      {hover !== undefined && (
        <Tip hover={hover} x={data.x} ys={data.ys} series={series} timeX={timeX} />
      )}
    </div>
  )
}

function Tip({
  hover,
  x,
  ys,
  series,
  timeX,
}: {
  readonly hover: Hover
  readonly x: readonly number[]
  readonly ys: readonly (number | null | undefined)[][]
  readonly series: readonly Series[]
  readonly timeX: boolean
}): ReactNode {
  const at = x[hover.index]
  const right = hover.left > hover.width / 2
  const position = right ? { right: hover.width - hover.left - 40 } : { left: hover.left + 72 }
  return (
    <div className={styles['tip']} style={position} aria-hidden="true">
      <div className="muted num">
        {timeX && at !== undefined ? formatExactTime(at * 1000) : tickText(at ?? 0)}
      </div>
      {series.slice(0, 12).map((one, index) => {
        const value = ys[index]?.[hover.index]
        if (value === null || value === undefined) return null
        return (
          <div key={one.id} className={styles['tipRow']}>
            <span className={styles['swatch']} style={{ background: seriesColour(index) }} />
            <span className={styles['tipName']}>{one.label}</span>
            <span className="num">{formatMetric(value)}</span>
          </div>
        )
      })}
    </div>
  )
}
