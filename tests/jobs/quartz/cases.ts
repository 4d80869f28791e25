/** Writes random questions for Quartz: `node cases.ts COUNT SEED`. See README.md. */
import { parseQuartz } from '../../../server/src/jobs/cron/quartz.ts'
import { zoneOffsets } from '../../../server/src/jobs/cron/zone-offsets.ts'

const hourMs = 3_600_000
const dayMs = 24 * hourMs
const months = 'JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC'.split(' ')
const days = 'SUN MON TUE WED THU FRI SAT'.split(' ')
const zones = [
  'UTC',
  'Europe/Amsterdam',
  'Europe/London',
  'America/New_York',
  'America/Sao_Paulo',
  'America/St_Johns',
  'Asia/Kolkata',
  'Asia/Tehran',
  'Australia/Lord_Howe',
  'Pacific/Apia',
  'Pacific/Auckland',
]

const [count = '1000', givenSeed = '1'] = process.argv.slice(2)
let seed = Number(givenSeed)

function random(): number {
  seed = (seed * 1_664_525 + 1_013_904_223) >>> 0
  return seed / 2 ** 32
}

function whole(from: number, to: number): number {
  return from + Math.floor(random() * (to - from + 1))
}

function pick<T>(list: readonly T[]): T {
  return list[whole(0, list.length - 1)] as T
}

interface Field {
  readonly min: number
  readonly max: number
  readonly names?: readonly string[]
}

function item({ min, max, names = [] }: Field): string {
  const number = () => String(whole(min, max))
  const value = () => (names.length > 0 && random() < 0.4 ? pick(names) : number())
  const step = () => whole(1, max)
  const forms = [
    () => '*',
    value,
    () => `${number()}-${number()}`,
    () => (names.length > 0 ? `${pick(names)}-${pick(names)}` : number()),
    () => `*/${step()}`,
    () => `${number()}/${step()}`,
    () => `${number()}-${number()}/${whole(1, Math.max(1, Math.floor(max / 2)))}`,
  ]
  return pick(forms)()
}

function list(one: () => string): string {
  return Array.from({ length: random() < 0.7 ? 1 : whole(2, 4) }, one).join(',')
}

function dayOfMonth(): string {
  if (random() < 0.5) return list(() => item({ min: 1, max: 31 }))
  const forms = [
    () => 'L',
    () => 'LW',
    () => `L-${whole(0, 30)}`,
    () => `L-${whole(0, 10)}W`,
    () => `${whole(1, 31)}W`,
    () => String(whole(1, 31)),
  ]
  return list(() => pick(forms)())
}

function dayOfWeek(): string {
  if (random() < 0.5) return list(() => item({ min: 1, max: 7, names: days }))
  const forms = [
    () => `${whole(1, 7)}L`,
    () => `${pick(days)}L`,
    () => `${whole(1, 7)}#${whole(1, 5)}`,
    () => `${pick(days)}#${whole(1, 5)}`,
    () => 'L',
  ]
  return pick(forms)()
}

function years(): string {
  if (random() < 0.8) return ''
  const year = whole(2020, 2034)
  const forms = [`${year}`, `${year}-${year + whole(0, 5)}`, `${year}/${whole(1, 5)}`, '*']
  return ` ${list(() => pick(forms))}`
}

function expression(): string {
  const second = random() < 0.6 ? '0' : list(() => item({ min: 0, max: 59 }))
  const minute = list(() => item({ min: 0, max: 59 }))
  const hour = list(() => item({ min: 0, max: 23 }))
  const month = random() < 0.5 ? '*' : list(() => item({ min: 1, max: 12, names: months }))
  const [dom, dow] = random() < 0.5 ? [dayOfMonth(), '?'] : ['?', dayOfWeek()]
  return `${second} ${minute} ${hour} ${dom} ${month} ${dow}${years()}`
}

function instant(zone: string): number {
  const day = [whole(2020, 2036), whole(0, 11), whole(1, 28)] as const
  const anywhere = Date.UTC(...day, whole(0, 23), whole(0, 59), whole(0, 59))
  if (random() < 0.5) return anywhere
  const offsets = zoneOffsets(zone)
  const first = Date.UTC(whole(2020, 2036), 0, 1)
  const changes = Array.from({ length: 365 }, (_, n) => first + n * dayMs).filter(
    (at) => offsets.at(at) !== offsets.at(at + dayMs),
  )
  if (changes.length === 0) return anywhere
  return pick(changes) + whole(-6, 30) * hourMs + whole(0, 3599) * 1000
}

function isOurs(text: string): boolean {
  try {
    parseQuartz(text)
    return true
  } catch {
    return false
  }
}

for (let written = 0; written < Number(count);) {
  const text = expression()
  if (!isOurs(text)) continue
  const zone = pick(zones)
  process.stdout.write(`${zone}\t${instant(zone)}\t${text}\n`)
  written += 1
}
