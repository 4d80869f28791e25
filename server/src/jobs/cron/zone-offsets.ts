/** UTC offsets of a time zone, from Intl, as a table of transitions that grows year by year. */

export interface ZoneOffsets {
  /** Milliseconds to add to UTC at this instant. */
  readonly at: (instant: number) => number
  /**
   * The instant of a wall-clock time, given as if it were UTC. A time that a gap skips is read with
   * the offset before the gap (02:30 becomes 03:30); one that comes twice is the later one. That is
   * how Java's calendar, and so Quartz, reads them.
   */
  readonly toInstant: (wall: number) => number
}

interface Transition {
  readonly instant: number
  readonly offset: number
}

interface Year {
  /** The offset when the year (in UTC) begins. */
  readonly offset: number
  readonly transitions: readonly Transition[]
}

const hourMs = 3_600_000
const probeMs = 7 * 24 * hourMs
// No offset is larger, so the offset of a wall time is one of those in between.
const mostEast = 14 * hourMs
const mostWest = 12 * hourMs

const zones = new Map<string, ZoneOffsets>()

/** Shared by all who ask for the same zone. The name must be one that Intl knows. */
export function zoneOffsets(zone: string): ZoneOffsets {
  const known = zones.get(zone)
  if (known) return known
  const made = makeOffsets(zone)
  zones.set(zone, made)
  return made
}

function makeOffsets(zone: string): ZoneOffsets {
  const measure = offsetMeter(zone)
  const years = new Map<number, Year>()
  const yearOf = (year: number): Year => {
    const found = years.get(year) ?? findTransitions(year, measure)
    years.set(year, found)
    return found
  }
  const at = (instant: number): number => {
    const year = yearOf(new Date(instant).getUTCFullYear())
    return year.transitions.findLast((t) => t.instant <= instant)?.offset ?? year.offset
  }
  const toInstant = (wall: number): number => {
    const before = at(wall - mostEast)
    const after = at(wall + mostWest)
    if (before === after) return wall - before
    return at(wall - after) === after ? wall - after : wall - before
  }
  return { at, toInstant }
}

function findTransitions(year: number, measure: (instant: number) => number): Year {
  const start = Date.UTC(year, 0, 1)
  const end = Date.UTC(year + 1, 0, 1)
  const transitions: Transition[] = []
  let offset = measure(start)
  for (let from = start; from < end; from += probeMs) {
    const to = Math.min(end, from + probeMs)
    const next = measure(to)
    if (next === offset) continue
    transitions.push({ instant: bisect(from, to, measure), offset: next })
    offset = next
  }
  return { offset: measure(start), transitions }
}

/** The first instant after `from` that has the offset of `to`. */
function bisect(from: number, to: number, measure: (instant: number) => number): number {
  const wanted = measure(to)
  let low = from
  let high = to
  while (high - low > 1000) {
    const middle = Math.floor((low + high) / 2000) * 1000
    if (measure(middle) === wanted) high = middle
    else low = middle
  }
  return high
}

function offsetMeter(zone: string): (instant: number) => number {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
    era: 'short',
  })
  return (instant) => {
    const parts = new Map(format.formatToParts(instant).map((part) => [part.type, part.value]))
    const field = (name: Intl.DateTimeFormatPartTypes) => Number(parts.get(name))
    const wall = Date.UTC(
      field('year'),
      field('month') - 1,
      field('day'),
      field('hour'),
      field('minute'),
      field('second'),
    )
    return wall - Math.floor(instant / 1000) * 1000
  }
}
