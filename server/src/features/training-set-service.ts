import type { Ctx } from '../core/index.ts'
import { hasTable, queryRows, WriteMode, writeTable } from '../tables/index.ts'
import { featuresErrors } from './errors.ts'
import { microsOf, quote, viewSql } from './point-in-time.ts'
import { Clock, type View } from './types.ts'
import { featureNames, getView, sqlName, viewSource } from './view-service.ts'

export interface ViewUse {
  readonly view: string
  /** The view's key → the spine's column, where names differ. */
  readonly keys?: Readonly<Record<string, string>>
}

export interface TrainingSetInput {
  readonly name: string
  readonly spine: { readonly sql?: string; readonly table?: string }
  /** The spine's column that says when. */
  readonly eventTime: string
  readonly views: readonly ViewUse[]
  readonly clock: Clock
  readonly output: string
  readonly pin: Readonly<Record<string, number>>
  readonly overwrite: boolean
}

export interface TrainingSet {
  readonly table: string
  /** Null while the calling task has not succeeded: the set is committed with it. */
  readonly version: number | null
  readonly rows: number
  readonly columns: readonly string[]
  readonly sources: readonly SourceVersion[]
  readonly leakReport: LeakReport
}

export interface SourceVersion {
  readonly table: string
  readonly version: number
}

export interface LeakReport {
  readonly rowsAffected: number
  readonly columns: Readonly<Record<string, number>>
}

/** Joins each feature to each spine row as it could be seen at the row's time, and writes the set. */
export async function createTrainingSet(ctx: Ctx, input: TrainingSetInput): Promise<TrainingSet> {
  if (!input.overwrite && (await hasTable(ctx, input.output))) {
    throw featuresErrors.FEATURES_OUTPUT_EXISTS(input.output)
  }
  const spine = await describeSpine(ctx, input)
  const uses = await Promise.all(input.views.map((use) => resolveUse(ctx, use, spine)))
  refuseDuplicates([...spine.columns, ...uses.flatMap((u) => featureNames(u.view.definition))])
  const sql = setSql(spine, uses, input.clock)
  const described = await queryRows(ctx, { sql, versions: input.pin, limit: 0 })
  const versions = Object.fromEntries(described.sources.map((s) => [s.table, s.version]))
  const leakReport = await reportLeaks(ctx, { spine, uses, versions, columns: described.columns })
  const written = await writeTable(ctx, {
    table: input.output,
    mode: WriteMode.Overwrite,
    source: { sql, versions },
  })
  return {
    table: written.table,
    version: written.version,
    rows: written.rows,
    columns: described.columns.map((c) => c.name),
    sources: described.sources,
    leakReport,
  }
}

interface Spine {
  readonly sql: string
  readonly eventTime: string
  readonly columns: readonly string[]
}

interface ResolvedUse {
  readonly view: View
  /** The spine's column for each key of the view, in the order of its keys. */
  readonly spineKeys: readonly string[]
  readonly sourceFrom: string
  readonly sourceTypes: ReadonlyMap<string, string>
}

async function describeSpine(ctx: Ctx, input: TrainingSetInput): Promise<Spine> {
  const { sql, table } = input.spine
  if ((sql === undefined) === (table === undefined)) throw featuresErrors.FEATURES_SPINE_INVALID()
  const text = sql ?? `SELECT * FROM ${sqlName(table ?? '')}`
  const described = await queryRows(ctx, { sql: text, versions: input.pin, limit: 0 })
  const columns = described.columns.map((c) => c.name)
  refuseDuplicates(columns)
  requireColumn(input.eventTime, columns)
  return { sql: text, eventTime: input.eventTime, columns }
}

async function resolveUse(ctx: Ctx, use: ViewUse, spine: Spine): Promise<ResolvedUse> {
  const view = await getView(ctx, use.view)
  const { keys } = view.definition
  for (const named of Object.keys(use.keys ?? {})) {
    if (!keys.includes(named)) {
      throw featuresErrors.FEATURES_COLUMN_UNKNOWN(named, `The keys of view ${use.view}`, keys)
    }
  }
  const spineKeys = keys.map((key) => use.keys?.[key] ?? key)
  for (const column of spineKeys) requireColumn(column, spine.columns)
  const source = await viewSource(ctx, view.definition)
  return { view, spineKeys, sourceFrom: source.from, sourceTypes: source.types }
}

function requireColumn(column: string, known: readonly string[]): void {
  if (!known.includes(column)) {
    throw featuresErrors.FEATURES_COLUMN_UNKNOWN(column, 'The spine', known)
  }
}

function refuseDuplicates(names: readonly string[]): void {
  const twice = names.find((name, i) => names.indexOf(name) !== i)
  if (twice !== undefined) throw featuresErrors.FEATURES_DUPLICATE_FEATURE(twice)
}

function setSql(spine: Spine, uses: readonly ResolvedUse[], clock: Clock): string {
  const parts = uses.map(
    (use, n) => `__s${n} AS (${viewSpineSql(use)}), __v${n} AS (${useSql(use, n, clock)})`,
  )
  const features = uses.flatMap((use, n) =>
    featureNames(use.view.definition).map((name) => `__v${n}.${quote(name)}`),
  )
  const columns = [...spine.columns.map((c) => `n.${quote(c)}`), ...features]
  const joins = uses.map((_use, n) => `LEFT JOIN __v${n} ON __v${n}.__i = n.__i`)
  return `WITH ${[numberedSql(spine), ...parts].join(', ')}
    SELECT ${columns.join(', ')} FROM __numbered n ${joins.join(' ')} ORDER BY n.__i`
}

// Materialised, because its row numbers must mean the same rows in every place that reads it.
function numberedSql(spine: Spine): string {
  const time = microsOf(quote(spine.eventTime), undefined)
  return `__numbered AS MATERIALIZED (
    SELECT *, row_number() OVER () AS __i, ${time} AS __t FROM (${spine.sql}))`
}

function viewSpineSql(use: ResolvedUse): string {
  const keys = use.spineKeys.map((column, i) => `${quote(column)} AS __k${i}`)
  return `SELECT __i, __t, ${keys.join(', ')} FROM __numbered`
}

function useSql(use: ResolvedUse, n: number, clock: Clock): string {
  const source = { from: use.sourceFrom, types: use.sourceTypes }
  return viewSql(use.view.definition, source, { spine: `__s${n}`, clock })
}

interface LeakInput {
  readonly spine: Spine
  readonly uses: readonly ResolvedUse[]
  readonly versions: Readonly<Record<string, number>>
  readonly columns: readonly { readonly name: string; readonly type: string }[]
}

/** How many spine rows the naive join would have got wrong, per feature. */
async function reportLeaks(ctx: Ctx, input: LeakInput): Promise<LeakReport> {
  const corrected = input.uses.filter((use) => use.view.definition.known_at !== undefined)
  if (corrected.length === 0) return { rowsAffected: 0, columns: {} }
  const types = new Map(input.columns.map((c) => [c.name, c.type]))
  const names = corrected.flatMap((use) => featureNames(use.view.definition))
  const differs = names.map((name) => `(NOT ${sameSql(name, types.get(name) ?? '')})`)
  const parts = corrected.flatMap((use, n) => [
    `__s${n} AS (${viewSpineSql(use)})`,
    `__h${n} AS (${useSql(use, n, Clock.Both)})`,
    `__e${n} AS (${useSql(use, n, Clock.Event)})`,
  ])
  const honest = joinAll(corrected, '__h')
  const naive = joinAll(corrected, '__e')
  const sql = `WITH ${[numberedSql(input.spine), ...parts].join(', ')}
    SELECT count(*) FILTER (WHERE ${differs.join(' OR ')}),
      ${differs.map((d) => `count(*) FILTER (WHERE ${d})`).join(', ')}
    FROM (${honest}) h JOIN (${naive}) e ON e.__i = h.__i`
  const { rows } = await queryRows(ctx, { sql, versions: input.versions })
  const [rowsAffected = 0, ...counts] = (rows[0] ?? []).map(Number)
  const found = names.map((name, i) => [name, counts[i] ?? 0] as const).filter(([, n]) => n > 0)
  return { rowsAffected, columns: Object.fromEntries(found) }
}

function joinAll(uses: readonly ResolvedUse[], prefix: string): string {
  const names = uses.flatMap((use, n) =>
    featureNames(use.view.definition).map((f) => `${prefix}${n}.${quote(f)}`),
  )
  const joins = uses.map((_use, n) => `LEFT JOIN ${prefix}${n} ON ${prefix}${n}.__i = n.__i`)
  return `SELECT n.__i, ${names.join(', ')} FROM __numbered n ${joins.join(' ')}`
}

const floating = /^(double|float|real|decimal)/i

function sameSql(name: string, type: string): string {
  const [a, b] = [`h.${quote(name)}`, `e.${quote(name)}`]
  const same = `(${a} IS NOT DISTINCT FROM ${b})`
  if (!floating.test(type)) return same
  return `(${same} OR coalesce(abs(${a} - ${b}) <= 1e-9 * greatest(1, abs(${a})), false))`
}
