import type { ReactNode } from 'react'
import type { Column } from '../kit/columns.ts'
import { DataTable } from '../kit/data-table.tsx'
import { pluralise } from '../kit/format.ts'
import { Icon } from '../kit/icons.tsx'
import { Section } from '../kit/page.tsx'
import { Badge } from '../kit/status.tsx'
import { outcomeOf, type ForecastDay } from './forecast-days.ts'
import { forecastLooks } from './forecast-looks.ts'
import type { ForecastRun } from './use-forecast.ts'
import styles from './forecast.module.css'

const hours = Array.from({ length: 24 }, (_, hour) => String(hour).padStart(2, '0'))

function dayName(date: string): string {
  return new Date(`${date}T12:00:00Z`).toLocaleDateString(undefined, {
    weekday: 'short',
    day: 'numeric',
    month: 'short',
    timeZone: 'UTC',
  })
}

/** A line for each day and a field for each hour; a chosen field shows its runs. */
export function ForecastCalendar({
  days,
  timeZone,
  chosen,
  onChoose,
}: {
  readonly days: readonly ForecastDay[]
  readonly timeZone: string
  readonly chosen: string | undefined
  readonly onChoose: (hour: string) => void
}): ReactNode {
  const [date = '', hour = ''] = (chosen ?? '').split('T')
  const shown = days.find((day) => day.date === date)?.hours[Number(hour)] ?? []
  return (
    <>
      <div className={styles['frame']} tabIndex={0} role="group" aria-label="Calendar of runs">
        <table className={styles['calendar']}>
          <thead>
            <tr>
              <th scope="col">
                <span className="visually-hidden">Day</span>
              </th>
              {hours.map((one) => (
                <th key={one} scope="col">
                  {one}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {days.map((day) => (
              <tr key={day.date}>
                <th scope="row">{dayName(day.date)}</th>
                {day.hours.map((runs, index) => {
                  const id = `${day.date}T${hours[index] ?? ''}`
                  return (
                    <td key={id}>
                      <Hour runs={runs} id={id} chosen={id === chosen} onChoose={onChoose} />
                    </td>
                  )
                })}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {shown.length === 0 ? (
        <p className="muted">Choose an hour to see its runs.</p>
      ) : (
        <HourRuns title={`${dayName(date)}, ${hour}:00`} runs={shown} timeZone={timeZone} />
      )}
    </>
  )
}

function Hour({
  runs,
  id,
  chosen,
  onChoose,
}: {
  readonly runs: readonly ForecastRun[]
  readonly id: string
  readonly chosen: boolean
  readonly onChoose: (hour: string) => void
}): ReactNode {
  const outcome = outcomeOf(runs)
  if (outcome === undefined) return null
  const look = forecastLooks[outcome]
  const label = `${id.replace('T', ' ')}:00, ${pluralise(runs.length, 'run')}, ${look.word}`
  return (
    <button
      type="button"
      className={styles['hour']}
      data-tone={look.tone}
      aria-pressed={chosen}
      aria-label={label}
      title={label}
      onClick={() => onChoose(id)}
    >
      {runs.length === 1 ? <Icon name={look.icon} size={12} /> : runs.length}
    </button>
  )
}

function HourRuns({
  title,
  runs,
  timeZone,
}: {
  readonly title: string
  readonly runs: readonly ForecastRun[]
  readonly timeZone: string
}): ReactNode {
  const clock = (time: number) =>
    new Date(time).toLocaleTimeString(undefined, { hour12: false, timeZone })
  const columns: readonly Column<ForecastRun>[] = [
    { id: 'at', header: 'At', width: 110, value: (run) => run.at, cell: (run) => clock(run.at) },
    {
      id: 'outcome',
      header: 'What happens',
      width: 200,
      value: (run) => run.outcome,
      cell: (run) => (
        <Badge tone={forecastLooks[run.outcome].tone} icon={forecastLooks[run.outcome].icon}>
          {forecastLooks[run.outcome].word}
        </Badge>
      ),
    },
    {
      id: 'starts',
      header: 'Begins',
      width: 110,
      value: (run) => run.starts_at,
      cell: (run) => (run.starts_at === undefined ? '–' : clock(run.starts_at)),
    },
    { id: 'why', header: 'Why', value: (run) => run.why },
  ]
  return (
    <Section title={title}>
      <DataTable
        label={`Runs of ${title}`}
        rows={runs}
        columns={columns}
        rowId={(run) => String(run.at)}
        maxHeight={320}
      />
    </Section>
  )
}
