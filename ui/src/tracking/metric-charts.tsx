import { useMemo, useRef, type ReactNode, type RefObject } from 'react'
import { IconButton } from '../kit/button.tsx'
import { smooth, type Series } from '../kit/chart-data.ts'
import { downloadText } from '../kit/columns.ts'
import { Checkbox, SearchInput, Segments } from '../kit/field.tsx'
import { formatMetric } from '../kit/format.ts'
import { downloadCanvas } from '../kit/chart-image.ts'
import { LineChart, seriesColour } from '../kit/line-chart.tsx'
import { EmptyState, ErrorState, SkeletonBlock } from '../kit/states.tsx'
import { factsOf } from './run-facts.ts'
import { stepOf, useMetricHistory, type HistoryPoint } from './use-metric-history.ts'
import { ValueBars } from './value-bars.tsx'
import type { Run } from './wire.ts'
import styles from './metric-charts.module.css'

type XAxis = 'step' | 'time' | 'relative'

export interface ChartSettings {
  readonly x: XAxis
  /** 0 to 0.99. */
  readonly smoothing: number
  readonly log: boolean
  readonly find: string
}

export interface ChartSearch {
  readonly by?: string
  readonly smooth?: string
  readonly log?: string
  readonly metric?: string
}

/** Chart settings as the URL has them, and the other way. */
export function settingsOf(search: ChartSearch): ChartSettings {
  const x: XAxis = search.by === 'time' || search.by === 'relative' ? search.by : 'step'
  const smoothing = Math.min(0.98, Math.max(0, Number(search.smooth ?? 0) || 0))
  return { x, smoothing, log: search.log === 'yes', find: search.metric ?? '' }
}

export function searchOfSettings(settings: ChartSettings): Required<ChartSearch> {
  return {
    by: settings.x === 'step' ? '' : settings.x,
    smooth: settings.smoothing === 0 ? '' : String(settings.smoothing),
    log: settings.log ? 'yes' : '',
    metric: settings.find,
  }
}

const axes = [
  { value: 'step', label: 'Step' },
  { value: 'relative', label: 'Relative' },
  { value: 'time', label: 'Time' },
] as const

/** The controls and one chart per metric of one run or several. */
export function MetricCharts({
  runs,
  labels,
  settings,
  onChange,
}: {
  readonly runs: readonly Run[]
  readonly labels: readonly string[]
  readonly settings: ChartSettings
  readonly onChange: (settings: ChartSettings) => void
}): ReactNode {
  const keys = useMemo(
    () => [...new Set(runs.flatMap((run) => [...factsOf(run).metrics.keys()]))].sort(),
    [runs],
  )
  if (keys.length === 0) {
    return (
      <EmptyState
        icon="chart"
        title="No metrics yet"
        command={'mlflow.log_metric("loss", 0.31, step=1)'}
      >
        A chart appears for every metric that the run logs:
      </EmptyState>
    )
  }
  const lasting = (key: string) => Number(runs.some((run) => stepOf(run, key) > 0))
  const found = keys
    .filter((key) => key.toLowerCase().includes(settings.find.toLowerCase()))
    .toSorted((left, right) => lasting(right) - lasting(left))
  return (
    <div>
      <div className={styles['controls']}>
        <SearchInput
          label="Find a metric"
          placeholder="Find a metric"
          value={settings.find}
          onChange={(event) => onChange({ ...settings, find: event.target.value })}
        />
        <Segments
          label="Horizontal axis"
          options={axes}
          value={settings.x}
          onChange={(x) => onChange({ ...settings, x })}
        />
        <label className={styles['slider']}>
          Smoothing
          <input
            type="range"
            min="0"
            max="0.98"
            step="0.02"
            value={settings.smoothing}
            onChange={(event) => onChange({ ...settings, smoothing: Number(event.target.value) })}
          />
          <span className="num">{settings.smoothing.toFixed(2)}</span>
        </label>
        <Checkbox
          label="Log scale"
          checked={settings.log}
          onChange={(log) => onChange({ ...settings, log })}
        />
      </div>
      <div className={styles['grid']}>
        {found.slice(0, 60).map((key) => (
          <MetricChart key={key} name={key} runs={runs} labels={labels} settings={settings} />
        ))}
      </div>
    </div>
  )
}

function xOf(point: HistoryPoint, axis: XAxis, first: number): number {
  if (axis === 'step') return point.step ?? 0
  return axis === 'time' ? point.timestamp / 1000 : (point.timestamp - first) / 1000
}

function seriesOf(
  points: readonly HistoryPoint[],
  names: ReadonlyMap<string, string>,
  settings: ChartSettings,
): Series[] {
  return [...names].map(([runId, label]) => {
    const own = points.filter((point) => point.run_id === runId)
    const first = Math.min(...own.map((point) => point.timestamp))
    const sorted = own
      .map((point) => ({ x: xOf(point, settings.x, first), y: Number(point.value) }))
      .sort((left, right) => left.x - right.x)
    // A logarithm has no place for zero and below.
    const drawn = (value: number) => Number.isFinite(value) && (!settings.log || value > 0)
    const y = sorted.map((point) => (drawn(point.y) ? point.y : null))
    return { id: runId, label, x: sorted.map((point) => point.x), y: smooth(y, settings.smoothing) }
  })
}

const axisLabels: Readonly<Record<XAxis, string>> = {
  step: 'step',
  time: 'time',
  relative: 'seconds since the first point',
}

function MetricChart({
  name,
  runs,
  labels,
  settings,
}: {
  readonly name: string
  readonly runs: readonly Run[]
  readonly labels: readonly string[]
  readonly settings: ChartSettings
}): ReactNode {
  const card = useRef<HTMLElement>(null)
  const ids = runs.map((run) => run.info.run_id)
  const live = runs.some((run) => run.info.status === 'RUNNING')
  const query = useMetricHistory(runs, name, live)
  const series = useMemo(() => {
    const names = new Map(ids.map((id, index) => [id, labels[index] ?? id]))
    return seriesOf(query.data ?? [], names, settings)
  }, [query.data, ids.join(), labels.join(), settings])
  // A metric whose last step is 0 was logged once; its place is kept as small as it will be.
  const logged = runs.length > 1 || runs.some((run) => stepOf(run, name) > 0)
  const longest = Math.max(0, ...series.map((one) => one.x.length))
  return (
    <section ref={card} className={styles['card']} aria-label={name}>
      <div className={styles['head']}>
        <span className={styles['name']} title={name}>
          {name}
        </span>
        {query.isSuccess && (
          <span className={styles['downloads']}>
            {longest > 1 && <ImageButton card={card} name={name} series={series} />}
            <IconButton
              icon="download"
              small
              label={`Download ${name} as CSV`}
              onClick={() => downloadText(`${name}.csv`, historyCsv(query.data))}
            />
          </span>
        )}
      </div>
      {query.isPending && <SkeletonBlock height={logged ? 200 : 56} />}
      {query.isError && <ErrorState error={query.error} what={`load ${name}`} />}
      {query.isSuccess && (
        <ChartBody name={name} series={series} isLine={longest > 1} settings={settings} />
      )}
    </section>
  )
}

function ImageButton({
  card,
  name,
  series,
}: {
  readonly card: RefObject<HTMLElement | null>
  readonly name: string
  readonly series: readonly Series[]
}): ReactNode {
  const download = () => {
    const canvas = card.current?.querySelector('canvas')
    if (canvas === null || canvas === undefined) return
    const legend = series.map(({ label }, index) => ({ label, colour: seriesColour(index) }))
    downloadCanvas(canvas, name, legend)
  }
  return <IconButton icon="image" small label={`Download ${name} as PNG`} onClick={download} />
}

function ChartBody({
  name,
  series,
  isLine,
  settings,
}: {
  readonly name: string
  readonly series: readonly Series[]
  readonly isLine: boolean
  readonly settings: ChartSettings
}): ReactNode {
  if (!isLine && series.length > 1) return <ValueBars series={series} />
  if (!isLine) {
    // One value of one run: a number says more than a point.
    return <div className={styles['single']}>{formatMetric(series[0]?.y[0] ?? undefined)}</div>
  }
  return (
    <LineChart
      label={`${name} by ${axisLabels[settings.x]}`}
      series={series}
      logY={settings.log}
      timeX={settings.x === 'time'}
      xLabel={axisLabels[settings.x]}
      syncKey="run-metrics"
    />
  )
}

function historyCsv(points: readonly HistoryPoint[]): string {
  const rows = points.map((one) => `${one.run_id},${one.step ?? 0},${one.timestamp},${one.value}`)
  return ['run_id,step,timestamp,value', ...rows, ''].join('\r\n')
}
