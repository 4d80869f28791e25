import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { dirname } from 'node:path'
import { pipeline } from 'node:stream/promises'
import type { Ctx } from '../core/index.ts'
import { queryRows, queryToParquet } from '../tables/index.ts'
import { isDecimal, isNumberType, type ColumnStatistics } from './column-profile.ts'
import type { Label } from './types.ts'

/** A table at one of its versions. */
export interface TablePin {
  readonly table: string
  readonly version: number
}

export interface TypedColumn {
  readonly name: string
  readonly type: string
}

/** The version to use when none was asked for is the newest one. */
export async function pinTable(
  ctx: Ctx,
  asked: { readonly table: string; readonly version?: number | undefined },
): Promise<TablePin & { readonly columns: readonly TypedColumn[] }> {
  const versions = asked.version === undefined ? {} : { [asked.table]: asked.version }
  const sql = `select * from ${quoteTable(asked.table)} limit 0`
  const { columns, sources } = await queryRows(ctx, { sql, versions })
  const source = sources[0]
  if (!source) throw new Error(`${asked.table} was read without naming its version`)
  return { ...source, columns }
}

export interface LabelCount {
  readonly label: Label
  readonly rows: number
}

export interface TargetStatistics {
  readonly rows: number
  readonly present: number
  readonly distinct: number
  /** Every value and how often it occurs; empty when there are more than were asked for. */
  readonly labels: readonly LabelCount[]
}

/** What the target is like; its values are listed when there are at most `mostLabels`. */
export async function describeTarget(
  ctx: Ctx,
  pin: TablePin,
  { target, mostLabels }: { readonly target: string; readonly mostLabels: number },
): Promise<TargetStatistics> {
  const versions = { [pin.table]: pin.version }
  const table = quoteTable(pin.table)
  const column = quote(target)
  const counted = await queryRows(ctx, {
    sql: `select count(*), count(${column}), count(distinct ${column}) from ${table}`,
    versions,
  })
  const [rows = 0, present = 0, distinct = 0] = (counted.rows[0] ?? []).map(Number)
  if (distinct > mostLabels) return { rows, present, distinct, labels: [] }
  const listed = await queryRows(ctx, {
    sql: `select ${column}, count(*) from ${table} where ${column} is not null group by 1 order by 1`,
    versions,
  })
  const labels = listed.rows.map(([label, count]) => ({
    label: label as Label,
    rows: Number(count),
  }))
  return { rows, present, distinct, labels }
}

/** Statistics of columns over the rows that have a target, in one pass. */
export async function describeColumns(
  ctx: Ctx,
  pin: TablePin,
  options: { readonly target: string; readonly columns: readonly TypedColumn[] },
): Promise<readonly ColumnStatistics[]> {
  const selected = options.columns.flatMap(statisticsOf)
  const sql = `select count(*), ${selected.join(', ')} from ${quoteTable(pin.table)}
    where ${quote(options.target)} is not null`
  const { rows } = await queryRows(ctx, { sql, versions: { [pin.table]: pin.version } })
  const [total, ...values] = rows[0] ?? []
  const count = Number(total)
  return options.columns.map((column, index) => {
    const [present, distinct, least, greatest, words] = values.slice(index * 5, index * 5 + 5)
    return {
      ...column,
      rows: count,
      missing: count - Number(present),
      distinct: Number(distinct),
      least: optionalNumber(least),
      greatest: optionalNumber(greatest),
      words: optionalNumber(words),
    }
  })
}

// Five expressions each, so that the answer can be cut into columns.
function statisticsOf({ name, type }: TypedColumn): string[] {
  const column = quote(name)
  const nothing = 'cast(null as double)'
  const isNested = /^(array|map|struct|binary)/.test(type)
  const distinct = isNested ? '0' : `count(distinct ${column})`
  const range = isNumberType(type)
    ? [`cast(min(${column}) as double)`, `cast(max(${column}) as double)`]
    : [nothing, nothing]
  const words = type === 'string' ? `avg(len(string_split(${column}, ' ')))` : nothing
  return [`count(${column})`, distinct, ...range, words]
}

function optionalNumber(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined
}

export interface PinnedFile {
  readonly path: string
  readonly rows: number
  readonly sha256: string
}

/**
 * Writes the rows that have a target as a Parquet file. Rows are sorted by all columns, so that the
 * same version gives the same file, whatever the order of its parts on disk.
 */
export async function writePinnedFile(
  ctx: Ctx,
  pin: TablePin,
  options: {
    readonly target: string
    readonly columns: readonly TypedColumn[]
    readonly path: string
  },
): Promise<PinnedFile> {
  await mkdir(dirname(options.path), { recursive: true })
  const selected = options.columns.map(selectionOf)
  const sql = `select ${selected.join(', ')} from ${quoteTable(pin.table)}
    where ${quote(options.target)} is not null order by all`
  const versions = { [pin.table]: pin.version }
  const { rows } = await queryToParquet(ctx, { sql, versions, path: options.path })
  return { path: options.path, rows, sha256: await hashFile(options.path) }
}

// pandas reads decimals as Python objects, which no model takes; MLflow's signatures know only times
// without a zone.
function selectionOf({ name, type }: TypedColumn): string {
  const column = quote(name)
  if (type === 'timestamp') return `${column} at time zone 'UTC' as ${column}`
  return isDecimal(type) ? `cast(${column} as double) as ${column}` : column
}

async function hashFile(path: string): Promise<string> {
  const hash = createHash('sha256')
  await pipeline(createReadStream(path), hash)
  return hash.digest('hex')
}

function quote(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}

function quoteTable(table: string): string {
  return table.split('.').map(quote).join('.')
}
