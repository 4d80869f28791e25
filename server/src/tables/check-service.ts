import { rm } from 'node:fs/promises'
import type { Ctx } from '../core/index.ts'
import { planRules, type RowRule, type RulePlan } from './checks/rules.ts'
import type { CheckReport, Checks, RuleExample, RuleResult } from './checks/types.ts'
import { openCsv } from './csv-service.ts'
import { quoteName, quoteText } from './delta/schema.ts'
import type { Session } from './duck/engine.ts'
import { tablesErrors } from './errors.ts'
import {
  createViews,
  planTables,
  recordReads,
  sourcesOf,
  type PinnedVersions,
  type QueryInput,
} from './query-service.ts'
import { roomOf } from './room.ts'
import { describeQuery } from './duck/describe.ts'
import { importFile } from './row-writer.ts'
import { parseTableName } from './table-name.ts'

/** Rows to be held against checks. */
export type CheckSource =
  | { readonly table: string; readonly version?: number }
  | { readonly sql: string; readonly versions?: PinnedVersions }
  | { readonly parquet: string }
  | { readonly csv: string }

export interface RunChecksInput {
  readonly checks: Checks
  readonly source: CheckSource
}

const examplesPerRule = 10

/** Holds rows against checks; nothing is written. */
export async function runChecks(ctx: Ctx, input: RunChecksInput): Promise<CheckReport> {
  const { checks, source } = input
  const { engine } = roomOf(ctx)
  if ('csv' in source) {
    await using csv = await openCsv(ctx, source.csv, { checks })
    return engine.session((session) => reportOn(session, checks, csv))
  }
  if ('parquet' in source) {
    const path = await importFile(ctx, source.parquet, 'parquet')
    const query = `select * from read_parquet(${quoteText(path)})`
    try {
      return await engine.session((session) => reportOn(session, checks, numbered(query)))
    } finally {
      await rm(path, { force: true })
    }
  }
  const plan = await planTables(ctx, toQuery(source))
  const report = await engine.session(async (session) => {
    await createViews(session, plan)
    return reportOn(session, checks, numbered(plan.sql))
  })
  await recordReads(ctx, sourcesOf(plan))
  return report
}

/** A failed report as an error that names rules and rows. */
export function brokenChecks(report: CheckReport): Error {
  const broken = report.rules.filter((rule) => !rule.passed)
  return tablesErrors.TABLES_CHECKS_BROKEN(describeBroken(broken)).with({ details: broken })
}

function describeBroken(rules: readonly RuleResult[]): string {
  const shown = rules.slice(0, 5).map((rule) => {
    const rows = rule.examples.slice(0, 3).map((example) => `row ${example.row}`)
    const where =
      rows.length > 0 ? ` (${rows.join(', ')}${rule.failing_rows > 3 ? ', …' : ''})` : ''
    const column = rule.column === null ? '' : ` of ${rule.column}`
    return `${rule.rule}${column}: found ${JSON.stringify(rule.found)}, limit ${JSON.stringify(rule.limit)}${where}`
  })
  const more = rules.length > shown.length ? `; and ${rules.length - shown.length} more` : ''
  return `${shown.join('; ')}${more}`
}

function toQuery(source: Extract<CheckSource, { table: string } | { sql: string }>): QueryInput {
  if ('sql' in source) {
    return { sql: source.sql, ...(source.versions ? { versions: source.versions } : {}) }
  }
  const { schema, table, full } = parseTableName(source.table)
  return {
    sql: `select * from ${quoteName(schema)}.${quoteName(table)}`,
    ...(source.version === undefined ? {} : { versions: { [full]: source.version } }),
  }
}

export interface NumberedRows {
  readonly query: string
  /** The column that numbers the rows. */
  readonly rowColumn: string
}

const rowColumn = '__row'

function numbered(query: string): NumberedRows {
  return { query: `select *, row_number() over () as ${rowColumn} from (${query})`, rowColumn }
}

/** Checks numbered rows in a session that knows them. */
export async function reportOn(
  session: Session,
  checks: Checks,
  rows: NumberedRows,
): Promise<CheckReport> {
  const described = await describeQuery(session, rows.query)
  const fields = described.fields.filter((field) => field.name !== rows.rowColumn)
  const plan = planRules(checks, { type: 'struct', fields })
  const counts = await countBroken(session, plan.rowRules, rows)
  const results: RuleResult[] = [...plan.settled]
  for (const [i, rule] of plan.rowRules.entries()) {
    const failing = counts.broken[i] ?? 0
    const examples = { plan, rows }
    results.push(await toResult(session, { rule, failing, total: counts.total }, examples))
  }
  results.push(...countRules(checks, counts.total))
  return { passed: results.every((rule) => rule.passed), rows: counts.total, rules: results }
}

async function countBroken(
  session: Session,
  rules: readonly RowRule[],
  rows: NumberedRows,
): Promise<{ total: number; broken: number[] }> {
  const flags = rules.map(({ broken }, i) => `(${broken}) as b${i}`)
  const counts = rules.map((_, i) => `count_if(b${i})`)
  const [row = []] = await session.rows(
    `select ${['count(*)', ...counts].join(', ')} from (select ${['1 as one', ...flags].join(', ')} from (${rows.query}))`,
  )
  const [total = 0, ...broken] = row.map(Number)
  return { total, broken }
}

interface Counted {
  readonly rule: RowRule
  readonly failing: number
  readonly total: number
}

interface ExampleSource {
  readonly plan: RulePlan
  readonly rows: NumberedRows
}

async function toResult(
  session: Session,
  counted: Counted,
  source: ExampleSource,
): Promise<RuleResult> {
  const { rule, failing, total } = counted
  const share = total === 0 ? 0 : failing / total
  const passed = rule.share === undefined ? failing === 0 : share <= rule.share
  return {
    rule: rule.rule,
    column: rule.column,
    passed,
    found: rule.share === undefined ? failing : share,
    limit: rule.limit,
    failing_rows: passed ? 0 : failing,
    examples: passed ? [] : await findExamples(session, rule, source),
  }
}

async function findExamples(
  session: Session,
  rule: RowRule,
  source: ExampleSource,
): Promise<RuleExample[]> {
  const { plan, rows } = source
  const keys = plan.key.map(quoteName)
  const query = `select ${[quoteName(rows.rowColumn), `${rule.value} as __value`, ...keys].join(', ')}
    from (select *, (${rule.broken}) as __broken from (${rows.query}))
    where __broken order by 1 limit ${examplesPerRule}`
  const found = await session.rows(query)
  return found.map(([row, value, ...key]) => ({
    row: Number(row),
    value: value ?? null,
    ...(keys.length > 0 ? { key: toKey(plan.key, key) } : {}),
  }))
}

function toKey(names: readonly string[], values: readonly unknown[]): Record<string, unknown> {
  return Object.fromEntries(names.map((name, i) => [name, values[i] ?? null]))
}

function countRules(checks: Checks, total: number): RuleResult[] {
  const results: RuleResult[] = []
  const add = (rule: string, limit: number, passed: boolean) =>
    results.push({ rule, column: null, passed, found: total, limit, failing_rows: 0, examples: [] })
  if (checks.minRows !== undefined) add('min_rows', checks.minRows, total >= checks.minRows)
  if (checks.maxRows !== undefined) add('max_rows', checks.maxRows, total <= checks.maxRows)
  return results
}
