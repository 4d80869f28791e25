/** Checks as SQL: each rule says which rows break it. */
import {
  quoteName,
  quoteText,
  toDuckType,
  toTypeText,
  type StructField,
  type StructType,
} from '../delta/schema.ts'
import { canCast } from '../operations/align.ts'
import type { ColumnCheck, Checks, RuleResult } from './types.ts'

/** A rule that needs the rows. */
export interface RowRule {
  readonly rule: string
  readonly column: string
  /** Holds for a row that breaks the rule. */
  readonly broken: string
  /** What an example shows of the row. */
  readonly value: string
  readonly limit: unknown
  /** Share of rows that may break it. @default 0 */
  readonly share?: number
}

export interface RulePlan {
  /** Settled by the columns alone. */
  readonly settled: readonly RuleResult[]
  readonly rowRules: readonly RowRule[]
  /** Columns that name a row, for examples. */
  readonly key: readonly string[]
}

/** Works out what must be asked of rows with these columns. */
export function planRules(checks: Checks, schema: StructType): RulePlan {
  const there = new Map(schema.fields.map((field) => [field.name.toLowerCase(), field]))
  const find = (name: string) => there.get(name.toLowerCase())
  const settled: RuleResult[] = []
  const rowRules: RowRule[] = []
  for (const check of checks.columns) {
    const field = find(check.name)
    if (check.required)
      settled.push(settle('required', check.name, { passed: field !== undefined }))
    if (!field) continue
    const type = typeRule(check, field)
    if (type) settled.push(type)
    // On a column of another kind the other rules could not even be asked.
    if (type?.passed === false) continue
    const bound = boundRule(check, field)
    if (bound) settled.push(bound)
    else rowRules.push(...columnRules(check, field))
  }
  for (const group of checks.unique) {
    const missing = group.filter((name) => !find(name))
    const column = group.join(', ')
    if (missing.length === 0)
      rowRules.push(uniqueRule(group.map((name) => find(name)?.name ?? name)))
    else
      settled.push(settle('unique', column, { passed: false, found: `no ${missing.join(', ')}` }))
  }
  if (!checks.allowExtraColumns) settled.push(extraRule(checks, schema))
  return { settled, rowRules, key: keyOf(checks, there) }
}

function keyOf(checks: Checks, there: ReadonlyMap<string, StructField>): string[] {
  const single = checks.columns.find((column) => column.unique)?.name
  const key = checks.unique[0] ?? (single === undefined ? [] : [single])
  return key.flatMap((name) => there.get(name.toLowerCase())?.name ?? [])
}

interface Settled {
  readonly passed: boolean
  readonly found?: unknown
  readonly limit?: unknown
}

function settle(rule: string, column: string | null, input: Settled): RuleResult {
  const { passed, found = passed, limit = true } = input
  return { rule, column, passed, found, limit, failing_rows: 0, examples: [] }
}

function typeRule(check: ColumnCheck, field: StructField): RuleResult | undefined {
  if (check.type === undefined) return undefined
  const passed = canCast(field.type, check.type)
  const found = toTypeText(field.type)
  return settle('type', check.name, { passed, found, limit: toTypeText(check.type) })
}

const numeric = /^(?:byte|short|integer|long|float|double|decimal.*)$/

/** A number as bound of a column that holds no numbers is a broken rule, whatever the rows. */
function boundRule(check: ColumnCheck, field: StructField): RuleResult | undefined {
  const bounds = [check.min, check.max].filter((bound) => bound !== undefined)
  const isNumeric = typeof field.type === 'string' && numeric.test(field.type)
  if (isNumeric || !bounds.some((bound) => typeof bound === 'number')) return undefined
  const found = toTypeText(field.type)
  return settle('type', check.name, { passed: false, found, limit: 'a number' })
}

function extraRule(checks: Checks, schema: StructType): RuleResult {
  const known = new Set(
    [...checks.columns.map((column) => column.name), ...checks.unique.flat()].map((name) =>
      name.toLowerCase(),
    ),
  )
  const extra = schema.fields.map((field) => field.name).filter((n) => !known.has(n.toLowerCase()))
  return settle('extra_columns', null, { passed: extra.length === 0, found: extra, limit: [] })
}

function columnRules(check: ColumnCheck, field: StructField): RowRule[] {
  const name = quoteName(field.name)
  const rules: RowRule[] = []
  const add = (rule: string, broken: string, limit: unknown) =>
    rules.push({ rule, column: field.name, broken, value: name, limit })
  if (!check.nullable) add('not_null', `${name} is null`, 0)
  if (check.maxNullShare !== undefined) {
    const share = check.maxNullShare
    rules.push({
      rule: 'null_share',
      column: field.name,
      broken: `${name} is null`,
      value: name,
      limit: share,
      share,
    })
  }
  if (check.unique) rules.push(uniqueRule([field.name]))
  if (check.min !== undefined) add('min', `${name} < ${literal(check.min, field)}`, check.min)
  if (check.max !== undefined) add('max', `${name} > ${literal(check.max, field)}`, check.max)
  if (check.allowed) {
    const values = check.allowed.map((value) => quoteText(String(value))).join(', ')
    const text = textOf(field)
    add('allowed', `${name} is not null and ${text} not in (${values})`, check.allowed)
  }
  if (check.pattern !== undefined) {
    const broken = `not regexp_matches(${textOf(field)}, ${quoteText(check.pattern)})`
    add('pattern', broken, check.pattern)
  }
  return rules
}

function literal(value: number | string, field: StructField): string {
  return typeof value === 'number'
    ? String(value)
    : `cast(${quoteText(value)} as ${toDuckType(field.type, field.name)})`
}

// A double that is whole compares as `1`, the way a person writes it.
function textOf(field: StructField): string {
  const name = quoteName(field.name)
  const isDouble = field.type === 'double' || field.type === 'float'
  return isDouble
    ? `regexp_replace(cast(${name} as varchar), '\\.0$', '')`
    : `cast(${name} as varchar)`
}

function uniqueRule(columns: readonly string[]): RowRule {
  const names = columns.map(quoteName)
  const value =
    names.length === 1
      ? (names[0] ?? 'null')
      : `[${names.map((n) => `cast(${n} as varchar)`).join(', ')}]`
  return {
    rule: 'unique',
    column: columns.join(', '),
    broken: `${names.map((name) => `${name} is not null`).join(' and ')} and count(*) over (partition by ${names.join(', ')}) > 1`,
    value,
    limit: 1,
  }
}
