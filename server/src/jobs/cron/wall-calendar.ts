import type { ZoneOffsets } from './zone-offsets.ts'

export interface WallFields {
  readonly year: number
  /** 1 to 12. */
  readonly month: number
  readonly day: number
  readonly hour: number
  readonly minute: number
  readonly second: number
}

/**
 * A wall clock of a time zone whose fields can be set beyond their ranges, as Java's lenient
 * calendar: day 32 is the next month's, and whatever is set is read as wall-clock time anew, also
 * where daylight saving makes it mean another instant.
 */
export class WallCalendar {
  readonly #zone: ZoneOffsets
  #instant: number
  #fields: WallFields

  constructor(zone: ZoneOffsets, instant: number) {
    this.#zone = zone
    this.#instant = Math.floor(instant / 1000) * 1000
    this.#fields = fieldsOf(this.#instant + zone.at(this.#instant))
  }

  get instant(): number {
    return this.#instant
  }

  get fields(): WallFields {
    return this.#fields
  }

  /** 1 = Sunday … 7 = Saturday. */
  get dayOfWeek(): number {
    const { year, month, day } = this.#fields
    return weekday({ year, month, day })
  }

  set(fields: Partial<WallFields>): void {
    const f = { ...this.#fields, ...fields }
    const wall = Date.UTC(f.year, f.month - 1, f.day, f.hour, f.minute, f.second)
    this.#instant = this.#zone.toInstant(wall)
    this.#fields = fieldsOf(this.#instant + this.#zone.at(this.#instant))
  }

  /** Sets the hour, and goes one further where daylight saving skips it. */
  setHour(fields: Partial<WallFields>, hour: number): void {
    this.set({ ...fields, hour })
    if (this.#fields.hour !== hour && hour !== 24) this.set({ hour: hour + 1 })
  }
}

function fieldsOf(wall: number): WallFields {
  const date = new Date(wall)
  return {
    year: date.getUTCFullYear(),
    month: date.getUTCMonth() + 1,
    day: date.getUTCDate(),
    hour: date.getUTCHours(),
    minute: date.getUTCMinutes(),
    second: date.getUTCSeconds(),
  }
}

export function weekday(date: Pick<WallFields, 'year' | 'month' | 'day'>): number {
  return new Date(Date.UTC(date.year, date.month - 1, date.day)).getUTCDay() + 1
}

export function lastDayOfMonth(year: number, month: number): number {
  return new Date(Date.UTC(year, month, 0)).getUTCDate()
}
