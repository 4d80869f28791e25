import { useEffect, useMemo, useRef, useState, type ReactNode } from 'react'
import UPlot from 'uplot'
import 'uplot/dist/uPlot.min.css'
import { alignSeries, type Series } from './chart-data.ts'
import { formatMetric } from './format.ts'
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
      { ...axisOf(props.xLabel), size: props.xLabel === undefined ? 28 : 26 },
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
        points: { show: one.x.length < 40, size: 4 },
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

  // uPlot owns a canvas: it is made anew when the series, the scale or the theme changes.
  useEffect(() => {
    const element = frame.current
    if (element === null) return undefined
    const options = optionsOf(props, element.clientWidth, setHover)
    const plot = new UPlot(options, [data.x, ...data.ys] as UPlot.AlignedData, element)
    const observer = new ResizeObserver(() =>
      plot.setSize({ width: element.clientWidth, height: options.height }),
    )
    observer.observe(element)
    return () => {
      observer.disconnect()
      plot.destroy()
    }
  }, [data, theme, props.logY, props.height, props.xLabel])

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
        {timeX && at !== undefined ? new Date(at * 1000).toLocaleString() : at}
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
