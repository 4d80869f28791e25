import { tablesErrors } from './errors.ts'

const unitMs: Readonly<Record<string, number>> = {
  millisecond: 1,
  second: 1000,
  minute: 60_000,
  hour: 3_600_000,
  day: 86_400_000,
  week: 604_800_000,
}

/** Milliseconds of a Delta interval: `interval 7 days`, `interval 1 day 2 hours`. */
export function parseIntervalMs(text: string): number {
  const parts = [...text.matchAll(/(?<count>\d+)\s+(?<unit>[a-z]+?)s?\b/gi)]
  let total = 0
  for (const { groups } of parts) {
    const unit = unitMs[(groups?.['unit'] ?? '').toLowerCase()]
    if (unit === undefined) throw notAnInterval(text)
    total += Number(groups?.['count']) * unit
  }
  if (parts.length === 0) throw notAnInterval(text)
  return total
}

function notAnInterval(text: string): Error {
  return tablesErrors.TABLES_STATEMENT_INVALID(
    `'${text}' is not a duration; expected for example 'interval 7 days'`,
  )
}
