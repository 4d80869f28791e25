/**
 * The queries behind MERGE INTO, over `__target` and `__source`.
 *
 * Every target row is joined with the source; the number of the first clause that holds is its
 * `__act` (0: none, the row stays). Source rows without a match get an `__act` of their own.
 */
import { quoteName, toDuckType, type StructField, type StructType } from '../delta/schema.ts'
import { tablesErrors } from '../errors.ts'
import type { Merge, MergeClause } from '../sql/statement.ts'
import { assignmentsByColumn } from './change-rows.ts'
import { allTargetName, sourceName, targetName } from './rewrite.ts'

export interface MergeQueries {
  /** Answers one number: target rows that several source rows want to change. */
  readonly ambiguous: string
  readonly touched: string
  readonly rows: string
  /** Answers updated, deleted and inserted rows. */
  readonly counts: string
}

interface Numbered {
  readonly clause: MergeClause
  readonly number: number
}

export function mergeQueries(merge: Merge, schema: StructType, source: StructType): MergeQueries {
  const numbered = merge.clauses.map((clause, i) => ({ clause, number: i + 1 }))
  const act = actExpression(numbered)
  const target = `${targetName} as ${quoteName(merge.alias)}`
  const marked = `(select *, true as __here from ${sourceName}) as ${quoteName(merge.sourceAlias)}`
  const here = `${quoteName(merge.sourceAlias)}.__here`
  const joined = `${target} left join ${marked} on (${merge.on})`
  const position = `${quoteName(merge.alias)}.__file, ${quoteName(merge.alias)}.__row`
  const acting = `select ${position}, ${act(here)} as __act, ${here} as __matched from ${joined}`
  const all = `${allTargetName} as ${quoteName(merge.alias)}`
  const inserting = `from ${marked} anti join ${all} on (${merge.on})`
  const inserts = numbered.filter(({ clause }) => clause.when === 'not matched')
  const insertAct = caseOf(inserts)
  const columns = (values: (field: StructField) => string) => schema.fields.map(values).join(', ')
  const kept = columns((field) => valueOf({ merge, schema, source, numbered, field }))
  const added = columns((field) => insertedValue({ merge, schema, source, inserts, field }))
  const deletes = numbers(numbered, 'delete')
  const changed = `select distinct on (__file, __row) __act from (${acting}) where __act > 0`
  return {
    ambiguous: isOneDelete(numbered)
      ? 'select 0'
      : `select count(*) from (select 1 from (${acting}) where __matched and __act > 0 group by __file, __row having count(*) > 1)`,
    touched: `select distinct __file from (${acting}) where __act > 0`,
    rows: `select * exclude (__act, __first) from (
        select ${kept}, ${act(here)} as __act,
          row_number() over (partition by ${position} order by (${act(here)}) = 0) as __first
        from ${joined}) where __first = 1 and __act not in (${deletes})
      union all select ${added} ${inserting} where ${insertAct} > 0`,
    counts: `select (select count(*) from (${changed}) where __act not in (${deletes})),
      (select count(*) from (${changed}) where __act in (${deletes})),
      (select count(*) ${inserting} where ${insertAct} > 0)`,
  }
}

function actExpression(numbered: readonly Numbered[]): (here: string) => string {
  const matched = caseOf(numbered.filter(({ clause }) => clause.when === 'matched'))
  const alone = caseOf(numbered.filter(({ clause }) => clause.when === 'not matched by source'))
  return (here) => `case when ${here} then ${matched} else ${alone} end`
}

function caseOf(numbered: readonly Numbered[]): string {
  if (numbered.length === 0) return '0'
  const whens = numbered.map(
    ({ clause, number }) =>
      `when ${clause.condition === undefined ? 'true' : `(${clause.condition})`} then ${number}`,
  )
  return `(case ${whens.join(' ')} else 0 end)`
}

function numbers(numbered: readonly Numbered[], action: MergeClause['action']): string {
  const found = numbered.filter(({ clause }) => clause.action === action)
  return ['-1', ...found.map(({ number }) => String(number))].join(', ')
}

// Several matches of an unconditional DELETE all say the same.
function isOneDelete(numbered: readonly Numbered[]): boolean {
  const matched = numbered.filter(({ clause }) => clause.when === 'matched')
  const [only] = matched
  return (
    matched.length === 1 && only?.clause.action === 'delete' && only.clause.condition === undefined
  )
}

interface ValueInput {
  readonly merge: Merge
  readonly schema: StructType
  readonly source: StructType
  readonly field: StructField
}

function valueOf(input: ValueInput & { readonly numbered: readonly Numbered[] }): string {
  const { merge, field, numbered } = input
  const own = `${quoteName(merge.alias)}.${quoteName(field.name)}`
  const here = `${quoteName(merge.sourceAlias)}.__here`
  const whens = numbered.flatMap((one) => {
    if (one.clause.action !== 'update') return []
    const value = assignedValue(input, one.clause)
    return value === undefined
      ? []
      : [`when (${actExpression(numbered)(here)}) = ${one.number} then ${value}`]
  })
  const value = whens.length === 0 ? own : `case ${whens.join(' ')} else ${own} end`
  return `${value} as ${quoteName(field.name)}`
}

function insertedValue(input: ValueInput & { readonly inserts: readonly Numbered[] }): string {
  const { field, inserts } = input
  const act = caseOf(inserts)
  const type = toDuckType(field.type, field.name)
  const whens = inserts.map(
    (one) => `when ${act} = ${one.number} then ${assignedValue(input, one.clause) ?? 'null'}`,
  )
  const value = whens.length === 0 ? 'null' : `case ${whens.join(' ')} end`
  return `cast(${value} as ${type}) as ${quoteName(field.name)}`
}

/** What a clause sets a column to; undefined when it leaves the column alone. */
function assignedValue(input: ValueInput, clause: MergeClause): string | undefined {
  if (clause.action === 'delete') return undefined
  const { merge, schema, source, field } = input
  const type = toDuckType(field.type, field.name)
  if (clause.set !== 'all') {
    const value = assignmentsByColumn(merge.table.full, schema, clause.set).get(field.name)
    return value === undefined ? undefined : `cast((${value}) as ${type})`
  }
  const given = source.fields.find((one) => one.name.toLowerCase() === field.name.toLowerCase())
  if (!given) {
    const problem = `the source has no column '${field.name}', which '*' would set`
    throw tablesErrors.TABLES_SCHEMA_MISMATCH(merge.table.full, problem)
  }
  return `cast(${quoteName(merge.sourceAlias)}.${quoteName(given.name)} as ${type})`
}
