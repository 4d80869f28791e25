/**
 * Quartz cron expressions: `sec min hour day-of-month month day-of-week [year]`, where exactly one
 * of the two day fields is `?`. Every expression that this takes means what it means to Quartz;
 * forms whose trailing part Quartz would ignore (`MON-FRI/2`, `*5`) are refused instead.
 */
import { jobsErrors } from '../errors.ts'

/** A day of the month: a number, or counted back from its last day (`L-3` is 3 before). */
export type MonthDay = { readonly day: number } | { readonly beforeLast: number }

export type DayRule =
  /** `days` as they are, `nearest` moved to the nearest weekday of the same month (`15W`, `LW`). */
  | {
      readonly by: 'month'
      readonly days: readonly MonthDay[]
      readonly nearest: readonly MonthDay[]
    }
  /** 1 = Sunday … 7 = Saturday. */
  | { readonly by: 'week'; readonly days: readonly number[] }
  /** `6L`: the last Friday of the month. */
  | { readonly by: 'last-of-week'; readonly day: number }
  /** `6#3`: the third Friday of the month. */
  | { readonly by: 'nth-of-week'; readonly day: number; readonly nth: number }

export interface QuartzExpression {
  /** Sorted, without duplicates; so are all lists of numbers here. */
  readonly seconds: readonly number[]
  readonly minutes: readonly number[]
  readonly hours: readonly number[]
  readonly months: readonly number[]
  readonly years: readonly number[]
  readonly day: DayRule
}

const lastYear = 2199
const firstYear = 1970

interface Field {
  readonly name: string
  readonly min: number
  readonly max: number
  readonly maxStep: number
  readonly names: readonly string[]
  /** How far an overflowing range (22-2) wraps; 0 where it may not. */
  readonly wrap: number
}

const monthNames = 'JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC'.split(' ')
const dayNames = 'SUN MON TUE WED THU FRI SAT'.split(' ')

const fields = {
  second: { name: 'second', min: 0, max: 59, maxStep: 59, names: [], wrap: 60 },
  minute: { name: 'minute', min: 0, max: 59, maxStep: 59, names: [], wrap: 60 },
  hour: { name: 'hour', min: 0, max: 23, maxStep: 23, names: [], wrap: 24 },
  dom: { name: 'day of month', min: 1, max: 31, maxStep: 31, names: [], wrap: 31 },
  month: { name: 'month', min: 1, max: 12, maxStep: 12, names: monthNames, wrap: 12 },
  dow: { name: 'day of week', min: 1, max: 7, maxStep: 7, names: dayNames, wrap: 7 },
  year: { name: 'year', min: firstYear, max: lastYear, maxStep: 200, names: [], wrap: 0 },
} as const satisfies Record<string, Field>

const fieldOrder = ['second', 'minute', 'hour', 'dom', 'month', 'dow', 'year'] as const
type FieldName = (typeof fieldOrder)[number]

interface Part {
  readonly text: string
  /** Where it starts in the expression, from 1. */
  readonly at: number
}

/** Throws JOBS_CRON_INVALID with the position (from 1) of what is wrong. */
export function parseQuartz(expression: string): QuartzExpression {
  const fail: Fail = (at, problem) => {
    throw jobsErrors.JOBS_CRON_INVALID(expression, at, problem)
  }
  const parts = splitFields(expression)
  if (parts.length < 6 || parts.length > 7) {
    const at = (parts.at(7)?.at ?? expression.length + 1) || 1
    fail(
      at,
      `expected 6 or 7 fields (second minute hour day-of-month month day-of-week [year]), found ${parts.length}`,
    )
  }
  const part = (name: FieldName): Part => parts[fieldOrder.indexOf(name)] ?? { text: '*', at: 1 }
  const numbers = (name: FieldName): number[] => parseNumbers(part(name), fields[name], fail)
  return {
    seconds: numbers('second'),
    minutes: numbers('minute'),
    hours: numbers('hour'),
    months: numbers('month'),
    years: numbers('year'),
    day: parseDays(part('dom'), part('dow'), fail),
  }
}

type Fail = (at: number, problem: string) => never

function splitFields(expression: string): Part[] {
  return [...expression.toUpperCase().matchAll(/[^ \t]+/g)].map((match) => ({
    text: match[0],
    at: match.index + 1,
  }))
}

function splitList(part: Part, fail: Fail): Part[] {
  const items: Part[] = []
  let at = part.at
  for (const text of part.text.split(',')) {
    if (text === '') fail(at, 'an empty item in a list')
    items.push({ text, at })
    at += text.length + 1
  }
  return items
}

function parseNumbers(part: Part, field: Field, fail: Fail): number[] {
  const values = new Set<number>()
  for (const item of splitList(part, fail)) {
    for (const value of parseItem(item, field, fail)) values.add(value)
  }
  return [...values].sort((a, b) => a - b)
}

const itemPattern =
  /^(?:(?<all>\*)|(?<from>\d+|[A-Z]{3})(?:-(?<to>\d+|[A-Z]{3}))?)?(?:\/(?<step>\d+))?$/

/** All, one value, a range, and each of them with a step; values may be names. */
function parseItem(item: Part, field: Field, fail: Fail): number[] {
  const groups = itemPattern.exec(item.text)?.groups
  if (!groups) return fail(item.at, `'${item.text}' is not a value, range or step of ${field.name}`)
  const { from, to, step } = groups
  if (to !== undefined && isName(from) !== isName(to)) {
    fail(item.at, `the range ${item.text} mixes a name and a number; write both the same way`)
  }
  const value = (text: string, at: number) => parseValue({ text, at }, field, fail)
  const start = from === undefined ? field.min : value(from, item.at)
  const open = from === undefined || step !== undefined ? field.max : start
  const end = to === undefined ? open : value(to, item.at + (from?.length ?? 0) + 1)
  const stepAt = item.at + item.text.indexOf('/') + 1
  const every = parseStep(step, { field, at: stepAt, from, to }, fail)
  return expand({ start, end, step: every }, field, () =>
    fail(item.at, `the range ${item.text} ends before it starts`),
  )
}

function isName(text: string | undefined): boolean {
  return /^[A-Z]/.test(text ?? '')
}

function parseStep(
  step: string | undefined,
  where: {
    readonly field: Field
    readonly at: number
    readonly from: string | undefined
    readonly to: string | undefined
  },
  fail: Fail,
): number {
  if (step === undefined) return 1
  if (isName(where.from)) fail(where.at, 'a step needs numbers before it, not names')
  const value = Number(step)
  if (value < 1) fail(where.at, 'a step must be at least 1')
  if (where.to === undefined && value > where.field.maxStep) {
    fail(where.at, `a step of ${where.field.name} must be at most ${where.field.maxStep}`)
  }
  return value
}

function parseValue(part: Part, field: Field, fail: Fail): number {
  const byName = field.names.indexOf(part.text)
  if (byName >= 0) return byName + 1
  const value = Number(part.text)
  if (Number.isInteger(value) && value >= field.min && value <= field.max) return value
  const names = field.names.length > 0 ? ` or ${field.names[0]}-${field.names.at(-1)}` : ''
  return fail(
    part.at,
    `${field.name} must be ${field.min}-${field.max}${names}, found ${part.text}`,
  )
}

function expand(
  range: { readonly start: number; readonly end: number; readonly step: number },
  field: Field,
  refuse: () => never,
): number[] {
  const values: number[] = []
  if (range.end >= range.start) {
    for (let v = range.start; v <= range.end; v += range.step) values.push(v)
    return values
  }
  if (field.wrap === 0) return refuse()
  for (let v = range.start; v <= range.end + field.wrap; v += range.step) {
    const wrapped = v % field.wrap
    values.push(wrapped === 0 && field.min === 1 ? field.wrap : wrapped)
  }
  return values
}

function parseDays(dom: Part, dow: Part, fail: Fail): DayRule {
  const anyDom = dom.text === '?'
  const anyDow = dow.text === '?'
  if (anyDom && anyDow) {
    fail(dow.at, "'?' can stand for day of month or for day of week, not for both")
  }
  if (!anyDom && !anyDow) {
    fail(dow.at, "one of day of month and day of week must be '?'; both are given")
  }
  return anyDow ? parseMonthDays(dom, fail) : parseWeekDays(dow, fail)
}

function parseMonthDays(part: Part, fail: Fail): DayRule {
  const days: MonthDay[] = []
  const nearest: MonthDay[] = []
  for (const item of splitList(part, fail)) {
    const last = /^L(?:-(\d{1,2}))?(W)?$/.exec(item.text)
    const weekday = /^(\d{1,2})W$/.exec(item.text)
    if (last) {
      const beforeLast = Number(last[1] ?? 0)
      if (beforeLast > 30) fail(item.at + 2, 'the offset from the last day must be at most 30')
      ;(last[2] ? nearest : days).push({ beforeLast })
    } else if (weekday) {
      nearest.push({ day: parseValue({ text: weekday[1] ?? '', at: item.at }, fields.dom, fail) })
    } else {
      days.push(...parseItem(item, fields.dom, fail).map((day) => ({ day })))
    }
  }
  return { by: 'month', days, nearest }
}

function parseWeekDays(part: Part, fail: Fail): DayRule {
  // A lone L is Saturday, the last day of the week.
  if (part.text === 'L') return { by: 'week', days: [7] }
  const special = /^(\d|[A-Z]{3})(?:(L)|#(\d+))$/.exec(part.text)
  if (special) {
    const day = parseValue({ text: special[1] ?? '', at: part.at }, fields.dow, fail)
    if (special[2]) return { by: 'last-of-week', day }
    const nth = Number(special[3])
    if (nth >= 1 && nth <= 5) return { by: 'nth-of-week', day, nth }
    fail(part.at + part.text.indexOf('#') + 1, "a number from 1 to 5 must follow '#'")
  }
  const mixed = part.text.search(/[L#]/)
  if (mixed >= 0 && part.text.includes(',')) {
    fail(part.at + mixed, "'L' and '#' cannot be combined with other days of the week")
  }
  return { by: 'week', days: parseNumbers(part, fields.dow, fail) }
}
