/**
 * When a Quartz expression fires next, to the second what Quartz 2.5 computes, its ways with
 * daylight saving included: a time in a gap moves on, an hour that comes twice counts once.
 *
 * The clock is moved field by field from seconds to years; whenever a field has to move, the smaller
 * ones start over:
 *
 *   second → minute → hour → day → month → year → found
 *      ▲───────┴───────┴──────┴──────┴──────┘ (moved)
 */
import type { DayRule, MonthDay, QuartzExpression } from './quartz.ts'
import { WallCalendar, lastDayOfMonth, weekday, type WallFields } from './wall-calendar.ts'
import type { ZoneOffsets } from './zone-offsets.ts'

type Step = 'settled' | 'moved' | 'never'

interface Search {
  readonly clock: WallCalendar
  readonly expression: QuartzExpression
  readonly zone: ZoneOffsets
  /** The first instant that may be found. */
  readonly from: number
  /** Quartz gives up a hundred years ahead. */
  readonly lastYear: number
}

/** The first instant after `after` at which the expression fires; undefined for never again. */
export function nextFire(
  expression: QuartzExpression,
  zone: ZoneOffsets,
  after: number,
): number | undefined {
  const from = after + 1000
  const clock = new WallCalendar(zone, from)
  const search = { clock, expression, zone, from, lastYear: clock.fields.year + 100 }
  for (;;) {
    const step = settle(search)
    if (step === 'settled') return search.clock.instant
    if (step === 'never') return undefined
  }
}

function settle(search: Search): Step {
  settleSecond(search)
  for (const part of [settleMinute, settleHour, settleDay, settleMonth, settleYear]) {
    const step = part(search)
    if (step !== 'settled') return step
  }
  return 'settled'
}

function firstFrom(values: readonly number[], from: number): number | undefined {
  return values.find((value) => value >= from)
}

const midnight = { hour: 0, minute: 0, second: 0 }

function settleSecond({ clock, expression }: Search): void {
  const { second, minute } = clock.fields
  const next = firstFrom(expression.seconds, second)
  if (next !== undefined) clock.set({ second: next })
  else clock.set({ minute: minute + 1, second: expression.seconds[0] ?? 0 })
}

function settleMinute({ clock, expression }: Search): Step {
  const { minute, hour } = clock.fields
  const next = firstFrom(expression.minutes, minute)
  if (next === minute) return 'settled'
  const moved = { second: 0, minute: next ?? expression.minutes[0] ?? 0 }
  clock.setHour(moved, next === undefined ? hour + 1 : hour)
  return 'moved'
}

function settleHour({ clock, expression }: Search): Step {
  const { hour, day } = clock.fields
  const next = firstFrom(expression.hours, hour)
  if (next === hour) return 'settled'
  const moved = { second: 0, minute: 0, day: next === undefined ? day + 1 : day }
  clock.setHour(moved, next ?? expression.hours[0] ?? 0)
  return 'moved'
}

function settleDay(search: Search): Step {
  const rule = search.expression.day
  if (rule.by === 'month') return settleMonthDay(search, rule)
  const { clock } = search
  const { day, year, month } = clock.fields
  const wait = daysToWait(rule, clock)
  if (wait === undefined || day + wait > lastDayOfMonth(year, month)) {
    clock.set({ ...midnight, day: 1, month: month + 1 })
    return 'moved'
  }
  if (wait === 0) return 'settled'
  clock.set({ ...midnight, day: day + wait })
  return 'moved'
}

/** Days until the rule's next day of the week; undefined when this month has none left. */
function daysToWait(
  rule: Exclude<DayRule, { readonly by: 'month' }>,
  clock: WallCalendar,
): number | undefined {
  const { day, year, month } = clock.fields
  const today = clock.dayOfWeek
  const until = (wanted: number) => (wanted - today + 7) % 7
  switch (rule.by) {
    case 'week':
      return until(firstFrom(rule.days, today) ?? rule.days[0] ?? 1)
    case 'last-of-week': {
      const wait = until(rule.day)
      const left = lastDayOfMonth(year, month) - day - wait
      return left < 0 ? undefined : wait + Math.floor(left / 7) * 7
    }
    case 'nth-of-week': {
      const wait = until(rule.day)
      const week = Math.ceil((day + wait) / 7)
      return rule.nth < week ? undefined : wait + (rule.nth - week) * 7
    }
  }
}

function settleMonthDay(search: Search, rule: Extract<DayRule, { readonly by: 'month' }>): Step {
  const { clock } = search
  const { day, year, month } = clock.fields
  const plain = smallestDay(rule.days, clock.fields)
  const near = nearestWeekday(search, smallestDay(rule.nearest, clock.fields))
  if (near !== undefined && (plain === undefined || plain >= near)) {
    clock.set({ day: near })
    return 'settled'
  }
  if (plain === undefined) {
    clock.set({ ...midnight, day: 1, month: month + 1, year })
    return 'moved'
  }
  if (plain === day) return 'settled'
  clock.set({ ...midnight, day: plain })
  return 'moved'
}

/**
 * The smallest listed day of this month from `date.day` on. Like Quartz, it compares days counted from
 * the end as if the month had 31: in a shorter one, a plain day just behind them wins.
 */
function smallestDay(days: readonly MonthDay[], date: WallFields): number | undefined {
  const last = lastDayOfMonth(date.year, date.month)
  const fromEnd = days.flatMap((rule) =>
    'beforeLast' in rule && last - rule.beforeLast >= date.day ? [rule.beforeLast] : [],
  )
  const offset = fromEnd.length === 0 ? undefined : Math.max(...fromEnd)
  const plain = Math.min(
    ...days.flatMap((rule) => ('day' in rule && rule.day >= date.day ? [rule.day] : [])),
  )
  if (plain <= last && plain < (offset === undefined ? Infinity : 31 - offset)) return plain
  return offset === undefined ? undefined : last - offset
}

function nearestWeekday(search: Search, day: number | undefined): number | undefined {
  if (day === undefined) return undefined
  const { zone, from, clock } = search
  const { year, month, hour, minute, second } = clock.fields
  const last = lastDayOfMonth(year, month)
  const near = moveOffWeekend(day, { last, dayOfWeek: weekday({ year, month, day }) })
  const wall = Date.UTC(year, month - 1, near, hour, minute, second)
  return zone.toInstant(wall) < Math.floor(from / 1000) * 1000 ? undefined : near
}

function moveOffWeekend(
  day: number,
  month: { readonly last: number; readonly dayOfWeek: number },
): number {
  if (month.dayOfWeek === 7) return day === 1 ? day + 2 : day - 1
  if (month.dayOfWeek === 1) return day === month.last ? day - 2 : day + 1
  return day
}

function settleMonth({ clock, expression, lastYear }: Search): Step {
  const { year, month } = clock.fields
  if (year > lastYear) return 'never'
  const next = firstFrom(expression.months, month)
  if (next === month) return 'settled'
  clock.set({
    ...midnight,
    day: 1,
    month: next ?? expression.months[0] ?? 1,
    year: next === undefined ? year + 1 : year,
  })
  return 'moved'
}

function settleYear({ clock, expression }: Search): Step {
  const { year } = clock.fields
  const next = firstFrom(expression.years, year)
  if (next === undefined) return 'never'
  if (next === year) return 'settled'
  clock.set({ ...midnight, day: 1, month: 1, year: next })
  return 'moved'
}
