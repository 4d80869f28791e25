import type { Schedule } from './wire.ts'

const days = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'] as const
const dayKeys = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'] as const
const months = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
] as const
const nth = ['first', 'second', 'third', 'fourth', 'fifth'] as const

const any = new Set(['*', '?'])

function listed(names: readonly string[]): string {
  if (names.length < 2) return names.join('')
  return `${names.slice(0, -1).join(', ')} and ${names.at(-1) ?? ''}`
}

/** 1 is Sunday. */
function dayName(text: string): string | undefined {
  const index = dayKeys.findIndex((key) => key === text.toUpperCase())
  return days[index === -1 ? Number(text) - 1 : index]
}

function monthName(text: string): string | undefined {
  const found = months.find((month) => month.slice(0, 3).toUpperCase() === text.toUpperCase())
  return found ?? months[Number(text) - 1]
}

function ordinal(day: number): string {
  const tail = day % 100
  if (tail >= 11 && tail <= 13) return `${day}th`
  return `${day}${['th', 'st', 'nd', 'rd'][day % 10] ?? 'th'}`
}

/** `1,3` or `MON-FRI` as names; undefined when a part of it is neither. */
function names(field: string, nameOf: (text: string) => string | undefined): string | undefined {
  const parts = field.split(',').map((part) => {
    const ends = part.split('-').map(nameOf)
    if (ends.length > 2 || ends.some((end) => end === undefined)) return undefined
    return ends.join(' to ')
  })
  return parts.every((part) => part !== undefined) ? listed(parts) : undefined
}

function weekdayText(field: string): string | undefined {
  if (/^(?:MON-FRI|2-6)$/i.test(field)) return 'every weekday'
  const counted = /^(?<day>\w+)#(?<count>[1-5])$/.exec(field)?.groups
  if (counted !== undefined) {
    const name = dayName(counted['day'] ?? '')
    return name && `the ${nth[Number(counted['count']) - 1] ?? ''} ${name} of every month`
  }
  const last = /^(?<day>\w+)L$/i.exec(field)?.groups
  if (last !== undefined) {
    const name = dayName(last['day'] ?? '')
    return name && `the last ${name} of every month`
  }
  const found = names(field, dayName)
  return found && `every ${found}`
}

function monthDayText(field: string): string | undefined {
  if (field === 'L') return 'the last day of every month'
  if (field === 'LW') return 'the last weekday of every month'
  const near = /^(?<day>\d+)W$/.exec(field)?.groups
  if (near !== undefined) {
    return `the weekday nearest the ${ordinal(Number(near['day']))} of every month`
  }
  if (!/^\d+(?:,\d+)*$/.test(field)) return undefined
  return `the ${listed(field.split(',').map((day) => ordinal(Number(day))))} of every month`
}

function dayText(dayOfMonth: string, dayOfWeek: string): string | undefined {
  if (any.has(dayOfMonth) && any.has(dayOfWeek)) return 'every day'
  if (any.has(dayOfWeek)) return monthDayText(dayOfMonth)
  return any.has(dayOfMonth) ? weekdayText(dayOfWeek) : undefined
}

function stepOf(field: string): number | undefined {
  if (field === '*') return 1
  const found = /^(?:0|\*)\/(\d+)$/.exec(field)
  return found === null ? undefined : Number(found[1])
}

function every(step: number, unit: string): string {
  return step === 1 ? `every ${unit}` : `every ${step} ${unit}s`
}

const pad = (text: string) => text.padStart(2, '0')

/** `9-17` as the part of the day; empty for the whole of it. */
function spanText(hour: string): string | undefined {
  if (hour === '*') return ''
  const during = /^(?<from>\d+)-(?<to>\d+)$/.exec(hour)?.groups
  if (during === undefined) return undefined
  return ` from ${pad(during['from'] ?? '')}:00 to ${pad(during['to'] ?? '')}:59`
}

/** What happens again and again within a day; undefined when it happens at set times. */
function oftenText(second: string, minute: string, hour: string): string | undefined {
  const atMinute = /^\d+$/.test(minute) ? ` at minute ${minute}` : undefined
  const span = spanText(hour)
  if (span === undefined) {
    const hours = stepOf(hour)
    return hours === undefined || atMinute === undefined
      ? undefined
      : `${every(hours, 'hour')}${atMinute}`
  }
  const seconds = stepOf(second)
  if (seconds !== undefined && minute === '*') return `${every(seconds, 'second')}${span}`
  const minutes = stepOf(minute)
  if (minutes !== undefined) return `${every(minutes, 'minute')}${span}`
  return atMinute === undefined ? undefined : `every hour${atMinute}${span}`
}

function clockText(minute: string, hour: string): string | undefined {
  if (!/^\d+$/.test(minute) || !/^\d+(?:,\d+)*$/.test(hour)) return undefined
  return `at ${listed(hour.split(',').map((one) => `${pad(one)}:${pad(minute)}`))}`
}

function monthText(month: string, dayWords: string): string | undefined {
  if (month === '*') return dayWords
  const found = names(month, monthName)
  if (found === undefined) return undefined
  if (dayWords.endsWith(' of every month')) return dayWords.replace('every month', found)
  return `${dayWords} in ${found}`
}

type Fields = readonly [string, string, string, string, string, string, string?]

function daysOf(fields: Fields): string | undefined {
  const [, , , dayOfMonth, month, dayOfWeek, year = '*'] = fields
  const plain = dayText(dayOfMonth, dayOfWeek)
  const words = plain && monthText(month, plain)
  if (words === undefined || !/^(?:\*|\d{4})$/.test(year)) return undefined
  return year === '*' ? words : `${words} in ${year}`
}

function sentence(fields: readonly string[]): string | undefined {
  if (fields.length < 6 || fields.length > 7) return undefined
  const [second, minute, hour] = fields as Fields
  if (!/^\d+$/.test(second) && stepOf(second) === undefined) return undefined
  const days = daysOf(fields as Fields)
  if (days === undefined) return undefined
  const often = oftenText(second, minute, hour)
  if (often !== undefined) return days === 'every day' ? often : `${often}, ${days}`
  const clock = clockText(minute, hour)
  return clock && `${days} ${clock}`
}

/** Quartz's expression as a sentence; the expression itself where no short sentence says it. */
export function describeSchedule(schedule: Schedule | undefined): string {
  if (schedule === undefined) return 'No schedule'
  const { quartz_cron_expression: expression, timezone_id: zone } = schedule
  const words = sentence(expression.trim().split(/\s+/))
  if (words === undefined) return `${expression} (${zone})`
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}, ${zone}`
}
