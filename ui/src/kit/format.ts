const count = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 })

export function formatCount(value: number | undefined): string {
  return value === undefined || !Number.isFinite(value) ? '–' : count.format(value)
}

export function pluralise(value: number, one: string, many = `${one}s`): string {
  return `${formatCount(value)} ${value === 1 ? one : many}`
}

/** Decimals that show four significant digits of the smallest of these values, at most six. */
export function decimalsFor(values: readonly number[]): number {
  const finite = values.filter((value) => Number.isFinite(value))
  if (finite.every((value) => Number.isInteger(value))) return 0
  const sizes = finite.map((value) => Math.abs(value)).filter((value) => value > 0)
  const smallest = sizes.reduce((least, value) => Math.min(least, value), Number.POSITIVE_INFINITY)
  const largest = sizes.reduce((most, value) => Math.max(most, value), 0)
  if (largest >= 1000) return 1
  if (largest >= 100) return 2
  if (smallest >= 0.01 || largest >= 1) return 4
  return 6
}

/** A measured value: fixed decimals when a column asks for them, else four significant digits. */
export function formatMetric(value: number | string | undefined, decimals?: number): string {
  if (value === undefined) return ''
  const numeric = Number(value)
  if (Number.isNaN(numeric)) return 'NaN'
  if (Math.abs(numeric) >= 1.797e308) return numeric > 0 ? '∞' : '−∞'
  const size = Math.abs(numeric)
  if (size !== 0 && (size < 1e-5 || size >= 1e9)) return numeric.toExponential(3)
  const digits = decimals ?? decimalsFor([numeric])
  return numeric
    .toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits })
    .replace('-', '−')
}

const byteUnits = ['B', 'KiB', 'MiB', 'GiB', 'TiB'] as const

export function formatBytes(bytes: number | undefined): string {
  if (bytes === undefined || !Number.isFinite(bytes)) return '–'
  let value = bytes
  let unit = 0
  while (value >= 1024 && unit < byteUnits.length - 1) {
    value /= 1024
    unit += 1
  }
  const digits = unit === 0 || value >= 100 ? 0 : 1
  return `${value.toFixed(digits)} ${byteUnits[unit] ?? 'B'}`
}

/** `850 ms`, `12.4 s`, `3 min 05 s`, `2 h 14 min`, `3 d 4 h`. */
export function formatDuration(ms: number | undefined): string {
  if (ms === undefined || !Number.isFinite(ms) || ms < 0) return '–'
  if (ms < 1000) return `${Math.round(ms)} ms`
  const seconds = ms / 1000
  if (seconds < 60) return `${seconds.toFixed(1)} s`
  const minutes = Math.floor(seconds / 60)
  if (minutes < 60) return `${minutes} min ${String(Math.floor(seconds % 60)).padStart(2, '0')} s`
  const hours = Math.floor(minutes / 60)
  if (hours < 48) return `${hours} h ${minutes % 60} min`
  return `${Math.floor(hours / 24)} d ${hours % 24} h`
}

/** `4.1 s`, `1:11`, `2:05 h`: for places with little room. */
export function formatShortDuration(ms: number | undefined): string {
  if (ms === undefined || !Number.isFinite(ms) || ms < 0) return '–'
  if (ms < 60_000) return ms < 10_000 ? `${(ms / 1000).toFixed(1)} s` : `${Math.round(ms / 1000)} s`
  const minutes = Math.floor(ms / 60_000)
  if (minutes >= 60) return `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, '0')} h`
  return `${minutes}:${String(Math.floor((ms / 1000) % 60)).padStart(2, '0')}`
}

const exact = new Intl.DateTimeFormat(undefined, {
  year: 'numeric',
  month: 'short',
  day: '2-digit',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  timeZoneName: 'short',
})

const day = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short' })
const dayOfYear = new Intl.DateTimeFormat(undefined, {
  day: 'numeric',
  month: 'short',
  year: 'numeric',
})

export function formatExactTime(time: number): string {
  return exact.format(time)
}

export function formatClock(time: number): string {
  return new Date(time).toLocaleTimeString(undefined, { hour12: false })
}

/** `just now`, `4 min ago`, `in 3 h`, `yesterday`, `12 Mar`. */
export function formatRelativeTime(time: number, now: number): string {
  const difference = now - time
  const past = difference >= 0
  const seconds = Math.abs(difference) / 1000
  const say = (text: string) => (past ? `${text} ago` : `in ${text}`)
  if (seconds < 10) return past ? 'just now' : 'in a moment'
  if (seconds < 60) return say(`${Math.round(seconds)} s`)
  if (seconds < 3600) return say(`${Math.round(seconds / 60)} min`)
  if (seconds < 22 * 3600) return say(`${Math.round(seconds / 3600)} h`)
  const days = Math.round(seconds / 86_400)
  if (days <= 1) return past ? 'yesterday' : 'tomorrow'
  if (days < 7) return say(`${days} days`)
  const sameYear = new Date(time).getFullYear() === new Date(now).getFullYear()
  return (sameYear ? day : dayOfYear).format(time)
}
