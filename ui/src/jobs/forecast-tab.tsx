import { useMemo, type ReactNode } from 'react'
import { Segments } from '../kit/field.tsx'
import { formatCount, formatDuration, pluralise } from '../kit/format.ts'
import { Panel } from '../kit/page.tsx'
import { EmptyState, Loaded } from '../kit/states.tsx'
import { Badge } from '../kit/status.tsx'
import { Toolbar } from '../kit/toolbar.tsx'
import { describeTrigger } from './describe-trigger.ts'
import { ForecastCalendar } from './forecast-calendar.tsx'
import { forecastLooks } from './forecast-looks.ts'
import { forecastDays } from './forecast-days.ts'
import { useForecast, type Forecast, type ForecastOutcome } from './use-forecast.ts'
import type { Job } from './wire.ts'
import styles from './forecast.module.css'

/** What of the forecast the address keeps. */
export interface ForecastPlace {
  readonly days?: string
  /** The hour that is looked into: `2026-03-29T08`. */
  readonly at?: string
}

const spans = [
  { value: '7', label: '7 days' },
  { value: '14', label: '14 days' },
  { value: '30', label: '30 days' },
  { value: '90', label: '90 days' },
] as const
const usual = '14'
const dayMs = 86_400_000

/** Which runs the job's triggers would start, queue and skip, in the job's time zone. */
export function ForecastTab({
  job,
  place,
  onPlace,
}: {
  readonly job: Job
  readonly place: ForecastPlace
  readonly onPlace: (place: ForecastPlace) => void
}): ReactNode {
  const span = spans.find(({ value }) => value === place.days)?.value ?? usual
  const days = Number(span)
  const query = useForecast(job.job_id, { days })
  return (
    <div className={styles['stack']}>
      <Toolbar>
        <Segments
          label="How far to look"
          value={span}
          options={spans}
          onChange={(next) => onPlace({ days: next === usual ? '' : next, at: '' })}
        />
        {query.data !== undefined && <Summary forecast={query.data} />}
      </Toolbar>
      <Loaded query={query} what="look ahead">
        {(forecast) => (
          <Found job={job} forecast={forecast} days={days} place={place} onPlace={onPlace} />
        )}
      </Loaded>
    </div>
  )
}

function Summary({ forecast }: { readonly forecast: Forecast }): ReactNode {
  const counts = new Map<ForecastOutcome, number>()
  for (const { outcome } of forecast.runs) counts.set(outcome, (counts.get(outcome) ?? 0) + 1)
  return (
    <>
      {[...counts].map(([outcome, count]) => (
        <Badge key={outcome} tone={forecastLooks[outcome].tone} icon={forecastLooks[outcome].icon}>
          {formatCount(count)} {forecastLooks[outcome].word}
        </Badge>
      ))}
    </>
  )
}

function Found({
  job,
  forecast,
  days,
  place,
  onPlace,
}: {
  readonly job: Job
  readonly forecast: Forecast
  readonly days: number
  readonly place: ForecastPlace
  readonly onPlace: (place: ForecastPlace) => void
}): ReactNode {
  const timeZone = zoneOf(job)
  const calendar = useMemo(() => {
    const from = Date.now()
    return forecastDays(forecast.runs, { from, to: from + days * dayMs, timeZone })
  }, [forecast, days, timeZone])
  return (
    <>
      {forecast.unforeseeable.length > 0 && (
        <Panel>
          It also starts when something happens, which nobody can foretell:{' '}
          {describeTrigger(job.settings)}.
        </Panel>
      )}
      {forecast.runs.length === 0 ? (
        <EmptyState icon="clock" title={`Nothing starts it by the clock in ${days} days`}>
          It starts: {describeTrigger(job.settings)}. A schedule is set under Settings.
        </EmptyState>
      ) : (
        <>
          <p className="muted">
            Hours of {timeZone}.{' '}
            {forecast.duration_ms > 0
              ? `Runs are taken to last ${formatDuration(forecast.duration_ms)}, as its latest ones did.`
              : 'Runs are taken to end at once: none has taken any time yet.'}
            {forecast.truncated &&
              ` Only the first ${pluralise(forecast.runs.length, 'run')} are here.`}
          </p>
          <ForecastCalendar
            days={calendar}
            timeZone={timeZone}
            chosen={place.at}
            onChoose={(at) => onPlace({ at })}
          />
        </>
      )}
    </>
  )
}

function zoneOf(job: Job): string {
  return job.settings?.schedule?.timezone_id ?? Intl.DateTimeFormat().resolvedOptions().timeZone
}
