import type { Ctx } from '../../core/index.ts'
import type { Action, Metadata, Protocol } from '../delta/actions.ts'
import type { CommitPlan } from '../delta/commit.ts'
import { protocolFor, withWriterFeature } from '../delta/protocol.ts'
import type { StructField } from '../delta/schema.ts'
import type { Snapshot } from '../delta/snapshot.ts'
import { scanSql } from '../duck/scan.ts'
import { tablesErrors } from '../errors.ts'
import { roomOf } from '../room.ts'
import type { AlterTable } from '../sql/statement.ts'
import { constraintKey } from './constraints.ts'

export interface AlterInput {
  readonly statement: AlterTable
  readonly snapshot: Snapshot
  readonly location: string
}

/** Plans the metadata change of an ALTER TABLE; undefined when it is as asked already. */
export async function planAlter(ctx: Ctx, input: AlterInput): Promise<CommitPlan | undefined> {
  const { statement, snapshot } = input
  const { metadata } = snapshot
  if (!metadata) return undefined
  switch (statement.kind) {
    case 'add columns':
      return addColumns(snapshot, metadata, statement)
    case 'add constraint':
      await assertHolds(ctx, { ...input, statement })
      return addConstraint(snapshot, metadata, statement)
    case 'drop constraint':
      return dropConstraint(metadata, statement)
    case 'set properties':
      return setProperties(snapshot, metadata, statement)
  }
}

type Of<Kind extends AlterTable['kind']> = Extract<AlterTable, { kind: Kind }>

function addColumns(
  snapshot: Snapshot,
  metadata: Metadata,
  statement: Of<'add columns'>,
): CommitPlan {
  const fields: StructField[] = [...snapshot.schema.fields]
  for (const column of statement.columns) {
    const taken = fields.some((field) => field.name.toLowerCase() === column.name.toLowerCase())
    const problem = taken
      ? `it has a column '${column.name}' already`
      : `new column '${column.name}' is NOT NULL, but the rows that are there have no value for it`
    if (taken || !column.nullable) {
      throw tablesErrors.TABLES_SCHEMA_MISMATCH(statement.table.full, problem)
    }
    fields.push(column)
  }
  const schema = { type: 'struct', fields } as const
  const protocol = protocolFor(schema, snapshot.protocol)
  return {
    actions: [
      ...protocolChange(snapshot.protocol, protocol),
      { metaData: { ...metadata, schemaString: JSON.stringify(schema) } },
    ],
    operation: 'ADD COLUMNS',
    parameters: { columns: JSON.stringify(statement.columns) },
  }
}

function protocolChange(from: Protocol, to: Protocol): Action[] {
  return to === from ? [] : [{ protocol: to }]
}

function addConstraint(
  snapshot: Snapshot,
  metadata: Metadata,
  statement: Of<'add constraint'>,
): CommitPlan {
  const key = constraintKey(statement.name)
  if (key in metadata.configuration) {
    const problem = `it has a constraint '${statement.name}' already`
    throw tablesErrors.TABLES_SCHEMA_MISMATCH(statement.table.full, problem)
  }
  const protocol = withWriterFeature(snapshot.protocol, 'checkConstraints', 3)
  const configuration = { ...metadata.configuration, [key]: statement.check }
  return {
    actions: [
      ...protocolChange(snapshot.protocol, protocol),
      { metaData: { ...metadata, configuration } },
    ],
    operation: 'ADD CONSTRAINT',
    parameters: { name: statement.name, expr: statement.check },
  }
}

async function assertHolds(
  ctx: Ctx,
  input: AlterInput & { readonly statement: Of<'add constraint'> },
): Promise<void> {
  const { statement, snapshot, location } = input
  const scan = scanSql({ location, snapshot })
  const [row] = await roomOf(ctx).engine.session(
    (session) =>
      session.rows(
        `select count(*) from (${scan}) where not coalesce((${statement.check}), false)`,
      ),
    { inner: true },
  )
  const rows = Number(row?.[0] ?? 0)
  if (rows === 0) return
  const name = `CHECK constraint ${statement.name} (${statement.check})`
  throw tablesErrors.TABLES_CONSTRAINT_BROKEN(statement.table.full, name, rows)
}

function dropConstraint(
  metadata: Metadata,
  statement: Of<'drop constraint'>,
): CommitPlan | undefined {
  const { [constraintKey(statement.name)]: found, ...configuration } = metadata.configuration
  if (found === undefined) {
    if (statement.ifExists) return undefined
    const problem = `it has no constraint '${statement.name}'`
    throw tablesErrors.TABLES_SCHEMA_MISMATCH(statement.table.full, problem)
  }
  return {
    actions: [{ metaData: { ...metadata, configuration } }],
    operation: 'DROP CONSTRAINT',
    parameters: { name: statement.name },
  }
}

function setProperties(
  snapshot: Snapshot,
  metadata: Metadata,
  statement: Of<'set properties'>,
): CommitPlan {
  const configuration: Record<string, string> = { ...metadata.configuration, ...statement.set }
  for (const key of statement.unset) delete configuration[key]
  const timed = configuration['delta.enableInCommitTimestamps'] === 'true'
  const protocol = timed
    ? withWriterFeature(snapshot.protocol, 'inCommitTimestamp', 7)
    : snapshot.protocol
  return {
    actions: [
      ...protocolChange(snapshot.protocol, protocol),
      { metaData: { ...metadata, configuration } },
    ],
    operation: statement.unset.length > 0 ? 'UNSET TBLPROPERTIES' : 'SET TBLPROPERTIES',
    parameters: { properties: JSON.stringify(statement.set) },
  }
}
