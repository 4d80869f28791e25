/** What a query refers to, read from DuckDB's own parse of it. */
import { tablesErrors } from '../errors.ts'

export interface TableReference {
  /** As written, without quotes: `['churn', 'customers']`. */
  readonly parts: readonly string[]
  readonly alias: string
  /** Byte offset of its first part. */
  readonly location: number
}

export interface ColumnReference {
  readonly parts: readonly string[]
  readonly location: number
}

export interface References {
  readonly tables: readonly TableReference[]
  /** Only those with a table name in front. */
  readonly columns: readonly ColumnReference[]
}

/** Table functions that compute and touch nothing outside. */
const tableFunctions = new Set([
  'range',
  'generate_series',
  'generate_subscripts',
  'unnest',
  'repeat',
  'repeat_row',
  'json_each',
  'json_tree',
])

/** Scalar functions that look at or change the engine. */
const refusedFunctions = new Set([
  'current_setting',
  'getenv',
  'getvariable',
  'write_log',
  'query',
  'query_table',
  'json_execute_serialized_sql',
])

type Node = Readonly<Record<string, unknown>>

interface Found {
  readonly tables: TableReference[]
  readonly columns: ColumnReference[]
}

/** Reads the answer of `json_serialize_sql`; refuses what is not one query or reaches outside. */
export function readReferences(serialized: string): References {
  const parsed = JSON.parse(serialized) as {
    readonly error: boolean
    readonly error_message?: string
    readonly statements?: readonly { readonly node: Node }[]
  }
  if (parsed.error) {
    throw tablesErrors.TABLES_STATEMENT_INVALID(parsed.error_message ?? 'The query cannot be read')
  }
  const statements = parsed.statements ?? []
  if (statements.length !== 1) {
    throw tablesErrors.TABLES_STATEMENT_INVALID(
      `One statement at a time: ${statements.length} were sent`,
    )
  }
  const found: Found = { tables: [], columns: [] }
  walk(statements[0]?.node, new Set(), found)
  return found
}

function walk(value: unknown, scope: ReadonlySet<string>, found: Found): void {
  if (Array.isArray(value)) {
    for (const item of value) walk(item, scope, found)
    return
  }
  if (typeof value !== 'object' || value === null) return
  const node = value as Node
  checkNode(node)
  if (node['type'] === 'BASE_TABLE') addTable(node, scope, found)
  if (node['class'] === 'COLUMN_REF') addColumn(node, found)
  const inner = walkCtes(node, scope, found)
  for (const [key, child] of Object.entries(node)) {
    if (key !== 'cte_map') walk(child, inner, found)
  }
}

// A common table expression is visible in the ones after it, in itself (recursion), and below.
function walkCtes(node: Node, scope: ReadonlySet<string>, found: Found): ReadonlySet<string> {
  const map = (node['cte_map'] as Node | undefined)?.['map'] as
    | readonly { readonly key: string; readonly value: unknown }[]
    | undefined
  let inner = scope
  for (const { key, value } of map ?? []) {
    const self = new Set([...inner, key.toLowerCase()])
    const isRecursive = JSON.stringify(value).includes('"RECURSIVE_CTE_NODE"')
    walk(value, isRecursive ? self : inner, found)
    inner = self
  }
  return inner
}

function checkNode(node: Node): void {
  if (node['type'] === 'TABLE_FUNCTION') {
    const name = String((node['function'] as Node)['function_name']).toLowerCase()
    if (!tableFunctions.has(name)) {
      throw tablesErrors.TABLES_STATEMENT_UNSUPPORTED(`Table function ${name}()`)
    }
  }
  if (node['class'] === 'FUNCTION') {
    const name = String(node['function_name']).toLowerCase()
    if (refusedFunctions.has(name)) {
      throw tablesErrors.TABLES_STATEMENT_UNSUPPORTED(`Function ${name}()`)
    }
  }
  if (node['type'] === 'SHOW_REF' && node['query'] === null) {
    throw tablesErrors.TABLES_STATEMENT_UNSUPPORTED(`SHOW ${String(node['table_name'])}`)
  }
}

function addTable(node: Node, scope: ReadonlySet<string>, found: Found): void {
  const parts = ['catalog_name', 'schema_name', 'table_name']
    .map((key) => textOf(node[key]))
    .filter((part) => part !== '')
  if (node['at_clause']) {
    throw tablesErrors.TABLES_STATEMENT_UNSUPPORTED('AT (…); write VERSION AS OF n, which')
  }
  if (parts.length === 1 && scope.has((parts[0] ?? '').toLowerCase())) return
  found.tables.push({
    parts,
    alias: textOf(node['alias']),
    location: Number(node['query_location']),
  })
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

function addColumn(node: Node, found: Found): void {
  const parts = (node['column_names'] as readonly string[] | undefined) ?? []
  if (parts.length < 3) return
  found.columns.push({ parts, location: Number(node['query_location']) })
}
