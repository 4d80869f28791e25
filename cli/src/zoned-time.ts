/** A job's own time zone, or UTC when it has none or one that only the server knows. */
export function zoneOf(settings: Readonly<Record<string, unknown>>): string {
  const schedule = settings['schedule']
  const zone =
    typeof schedule === 'object' && schedule !== null && 'timezone_id' in schedule
      ? String(schedule.timezone_id)
      : 'UTC'
  return isKnown(zone) ? zone : 'UTC'
}

function isKnown(zone: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone })
    return true
  } catch {
    return false
  }
}

/** `Fri 2026-10-23 23:00`, with seconds where there are any. */
export function formatTimeIn(ms: number, zone: string): string {
  const date = new Date(ms)
  const format = new Intl.DateTimeFormat('en-GB', {
    timeZone: zone,
    weekday: 'short',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hourCycle: 'h23',
  })
  const part = Object.fromEntries(
    format.formatToParts(date).map(({ type, value }) => [type, value]),
  )
  const time = `${part['hour']}:${part['minute']}`
  const exact = part['second'] === '00' ? time : `${time}:${part['second']}`
  return `${part['weekday']} ${part['year']}-${part['month']}-${part['day']} ${exact}`
}

/**
 * Epoch milliseconds of a date such as 2026-10-24, which is a midnight in the zone, or of a time
 * such as 2026-10-24T08:00Z; undefined when it is neither.
 */
export function parseTimeIn(text: string, zone: string): number | undefined {
  const day = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text)
  const [at] = [Date.parse(text)]
  if (Number.isNaN(at)) return undefined
  return day ? midnightIn(at, zone) : at
}

export function isDay(text: string): boolean {
  return /^\d{4}-\d{2}-\d{2}$/.test(text)
}

/** The start in the zone of the day that starts at `utc` in UTC. */
function midnightIn(utc: number, zone: string): number {
  const first = utc - offsetAt(utc, zone)
  // Once more, for a change of the clocks in between.
  return utc - offsetAt(first, zone)
}

function offsetAt(at: number, zone: string): number {
  const [, date = '', time = ''] = formatTimeIn(at, zone).split(' ')
  return Date.parse(`${date}T${time}Z`) - Math.floor(at / 1000) * 1000
}
