/** Per-file column statistics, from what DuckDB returns of a COPY to the JSON of an `add` action. */
import type { DeltaType, StructType } from './schema.ts'

export interface ColumnStats {
  readonly min: string | undefined
  readonly max: string | undefined
  readonly nullCount: number
  readonly hasNan: boolean
}

/** By DuckDB's quoted path: `"a"`, `"s"."x"`. */
export type FileStats = ReadonlyMap<string, ColumnStats>

const maxTextLength = 32
const indexedColumns = 32

/** The `stats` text of an add action. Bounds are left out where they would not be exact. */
export function formatStats(schema: StructType, rows: number, stats: FileStats): string {
  const mins: string[] = []
  const maxs: string[] = []
  const nulls: string[] = []
  for (const field of schema.fields.slice(0, indexedColumns)) {
    if (typeof field.type !== 'string') continue
    const found = stats.get(`"${field.name.replaceAll('"', '""')}"`)
    if (!found) continue
    const key = JSON.stringify(field.name)
    nulls.push(`${key}:${found.nullCount}`)
    const bounds = formatBounds(found, field.type)
    if (!bounds) continue
    mins.push(`${key}:${bounds.min}`)
    maxs.push(`${key}:${bounds.max}`)
  }
  return `{"numRecords":${rows},"minValues":{${mins.join(',')}},"maxValues":{${maxs.join(',')}},"nullCount":{${nulls.join(',')}}}`
}

interface Bounds {
  readonly min: string
  readonly max: string
}

function formatBounds(stats: ColumnStats, type: DeltaType): Bounds | undefined {
  const { min, max } = stats
  if (min === undefined || max === undefined || stats.hasNan) return undefined
  switch (type) {
    case 'string':
      return textBounds(min, max)
    case 'date':
      return { min: JSON.stringify(min), max: JSON.stringify(max) }
    case 'timestamp':
    case 'timestamp_ntz':
      return { min: timeBound(min, type, 'down'), max: timeBound(max, type, 'up') }
    case 'boolean':
    case 'binary':
      return undefined
    default:
      return isJsonNumber(min) && isJsonNumber(max) ? { min, max } : undefined
  }
}

function isJsonNumber(text: string): boolean {
  return /^-?\d+(?:\.\d+)?(?:e[+-]?\d+)?$/.test(text)
}

// A cut text is a lower bound; an upper bound must stay above everything it stands for.
function textBounds(min: string, max: string): Bounds {
  const up = max.length <= maxTextLength ? max : `${cutText(max)}\u{10ffff}`
  return { min: JSON.stringify(cutText(min)), max: JSON.stringify(up) }
}

function cutText(text: string): string {
  return text.slice(0, maxTextLength).replace(/[\ud800-\udbff]$/, '')
}

// Bounds of times are kept to the millisecond, rounded outward.
function timeBound(text: string, type: string, direction: 'down' | 'up'): string {
  const [seconds = '', rest = ''] = text.replace(/\+00$/, '').split('.')
  const millis = rest.padEnd(3, '0').slice(0, 3)
  const exact = /^0*$/.test(rest.slice(3))
  const iso = `${seconds.replace(' ', 'T')}.${millis}`
  const moved =
    direction === 'up' && !exact
      ? new Date(Date.parse(`${iso}Z`) + 1).toISOString().slice(0, -1)
      : iso
  return JSON.stringify(type === 'timestamp' ? `${moved}Z` : moved)
}
