import type { Schedule } from './wire.ts'

const dayNames: Readonly<Record<string, string>> = {
  '1': 'Sunday',
  '2': 'Monday',
  '3': 'Tuesday',
  '4': 'Wednesday',
  '5': 'Thursday',
  '6': 'Friday',
  '7': 'Saturday',
  SUN: 'Sunday',
  MON: 'Monday',
  TUE: 'Tuesday',
  WED: 'Wednesday',
  THU: 'Thursday',
  FRI: 'Friday',
  SAT: 'Saturday',
}

const any = new Set(['*', '?'])

function dayText(dayOfMonth: string, dayOfWeek: string): string | undefined {
  if (any.has(dayOfMonth) && any.has(dayOfWeek)) return 'every day'
  if (dayOfMonth === 'L' && any.has(dayOfWeek)) return 'the last day of every month'
  if (/^\d+$/.test(dayOfMonth) && any.has(dayOfWeek)) return `day ${dayOfMonth} of every month`
  if (!any.has(dayOfMonth)) return undefined
  if (dayOfWeek.toUpperCase() === 'MON-FRI' || dayOfWeek === '2-6') return 'every weekday'
  const names = dayOfWeek.split(',').map((day) => dayNames[day.toUpperCase()])
  return names.every((name) => name !== undefined) ? `every ${names.join(', ')}` : undefined
}

function stepOf(field: string): number | undefined {
  const found = /^(?:0|\*)\/(\d+)$/.exec(field)
  return found === null ? undefined : Number(found[1])
}

function timeText(minute: string, hour: string): string | undefined {
  const minutes = stepOf(minute)
  if (minutes !== undefined && hour === '*') return `Every ${minutes} minutes`
  if (!/^\d+$/.test(minute)) return undefined
  const hours = stepOf(hour)
  if (hours !== undefined) return `Every ${hours} hours at minute ${minute}`
  return hour === '*' ? `Every hour at minute ${minute}` : undefined
}

type Fields = readonly [string, string, string, string, string, string]

function sentence(fields: readonly string[]): string | undefined {
  if (fields.length !== 6) return undefined
  const [second, minute, hour, dayOfMonth, month, dayOfWeek] = fields as Fields
  if (!/^\d+$/.test(second) || month !== '*') return undefined
  const days = dayText(dayOfMonth, dayOfWeek)
  if (days === undefined) return undefined
  const often = timeText(minute, hour)
  const onDays = days === 'every day' ? '' : ` on ${days.replace(/^every /, '')}`
  if (often !== undefined) return `${often}${onDays}`
  if (!/^\d+$/.test(minute) || !/^\d+$/.test(hour)) return undefined
  const clock = `${hour.padStart(2, '0')}:${minute.padStart(2, '0')}`
  return `${days.charAt(0).toUpperCase()}${days.slice(1)} at ${clock}`
}

/** Quartz's expression as a sentence; the expression itself where no short sentence says it. */
export function describeSchedule(schedule: Schedule | undefined): string {
  if (schedule === undefined) return 'No schedule'
  const { quartz_cron_expression: expression, timezone_id: zone } = schedule
  const words = sentence(expression.trim().split(/\s+/))
  return words === undefined ? `${expression} (${zone})` : `${words}, ${zone}`
}
