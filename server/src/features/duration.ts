import { featuresErrors } from './errors.ts'

const unitMicros: Readonly<Record<string, number>> = {
  s: 1_000_000,
  m: 60_000_000,
  h: 3_600_000_000,
  d: 86_400_000_000,
}

/** Parses `30m`, `1h`, `30d` into microseconds; a day is 24 hours. */
export function parseDurationMicros(field: string, text: string): number {
  const [, digits = '', unit = ''] = /^([1-9]\d{0,8})([smhd])$/.exec(text) ?? []
  const micros = Number(digits) * (unitMicros[unit] ?? Number.NaN)
  if (!Number.isSafeInteger(micros)) throw featuresErrors.FEATURES_DURATION_INVALID(field, text)
  return micros
}
