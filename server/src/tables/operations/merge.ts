import { removeOf, type AddFile } from '../delta/actions.ts'
import type { CommitPlan } from '../delta/commit.ts'
import { quoteName, quoteText } from '../delta/schema.ts'
import { listFiles, type Snapshot } from '../delta/snapshot.ts'
import { writeDataFile } from '../duck/data-file.ts'
import type { Engine } from '../duck/engine.ts'
import { filePath, scanSql } from '../duck/scan.ts'
import { tablesErrors } from '../errors.ts'
import { assertSameSchema, planAppend, writeMetrics, type WrittenRows } from './append.ts'

export interface MergeInput extends WrittenRows {
  readonly engine: Engine
  readonly location: string
  readonly keys: readonly string[]
}

export interface MergePlan {
  readonly plan: CommitPlan
  /** Files made for this plan: to be deleted where it is not committed. */
  readonly made: readonly AddFile[]
}

/**
 * Upserts by key: a table row whose key is among the source's is replaced, other source rows are
 * added. Only the files that hold such keys are written anew; the source's own files are added as
 * they are.
 */
export async function planMerge(snapshot: Snapshot, input: MergeInput): Promise<MergePlan> {
  if (snapshot.version < 0) return { plan: planAppend(snapshot, input), made: [] }
  assertSameSchema(snapshot, input)
  if (input.files.length === 0) return { plan: planAppend(snapshot, input), made: [] }
  const files = listFiles(snapshot)
  const source = sourceSql(input)
  const on = matchKeys(input.keys)
  return input.engine.session(
    async (session) => {
      const scan = scanSql({ location: input.location, snapshot, positions: true })
      const touchedRows = await session.rows(
        `select distinct t.__file from (${scan}) t join (${source}) s on ${on}`,
      )
      const touched = touchedRows
        .map(([index]) => files[Number(index)])
        .filter((f) => f !== undefined)
      const kept = scanSql({ location: input.location, snapshot, files: touched })
      const query = `select t.* from (${kept}) t anti join (${source}) s on ${on}`
      const rest =
        touched.length === 0
          ? undefined
          : await writeDataFile(session, { ...input, schema: snapshot.schema, query })
      const made = rest ? [rest] : []
      const all = { ...input, files: [...input.files, ...made.filter((file) => file.rows > 0)] }
      const plan: CommitPlan = {
        actions: [
          ...touched.map((file) => ({ remove: removeOf(file, input.nowMs) })),
          ...all.files.map(({ add }) => ({ add })),
        ],
        operation: 'MERGE',
        parameters: { predicate: JSON.stringify(input.keys.map((key) => `t.${key} = s.${key}`)) },
        metrics: writeMetrics(all),
      }
      return { plan, made: made.map((file) => file.add) }
    },
    { inner: true },
  )
}

function sourceSql(input: MergeInput): string {
  const paths = input.files.map(({ add }) => quoteText(filePath(input.location, add.path)))
  return `select * from read_parquet([${paths.join(', ')}])`
}

function matchKeys(keys: readonly string[]): string {
  return keys
    .map((key) => `t.${quoteName(key)} is not distinct from s.${quoteName(key)}`)
    .join(' and ')
}

/** Refuses keys that the source does not have, or has more than once. */
export async function assertMergeKeys(
  engine: Engine,
  input: {
    readonly table: string
    readonly keys: readonly string[]
    readonly path: string
    readonly columns: readonly string[]
  },
): Promise<void> {
  const known = new Set(input.columns.map((column) => column.toLowerCase()))
  const missing = input.keys.filter((key) => !known.has(key.toLowerCase()))
  if (input.keys.length === 0 || missing.length > 0) {
    const problem =
      input.keys.length === 0
        ? 'a merge needs key columns'
        : `there is no key column ${missing.map((key) => `'${key}'`).join(', ')}`
    throw tablesErrors.TABLES_SCHEMA_MISMATCH(input.table, problem)
  }
  const keys = input.keys.map(quoteName).join(', ')
  const [row] = await engine.session(
    (session) =>
      session.rows(`select coalesce(sum(n), 0)::bigint from (select count(*) as n
        from read_parquet(${quoteText(input.path)}) group by ${keys} having count(*) > 1)`),
    { inner: true },
  )
  const rows = Number(row?.[0] ?? 0)
  if (rows > 0) throw tablesErrors.TABLES_DUPLICATE_KEYS(input.keys.join(', '), rows)
}
