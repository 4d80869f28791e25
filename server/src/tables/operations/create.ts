import { randomUUID } from 'node:crypto'
import type { Action, Metadata } from '../delta/actions.ts'
import type { CommitPlan } from '../delta/commit.ts'
import { protocolFor } from '../delta/protocol.ts'
import type { StructType } from '../delta/schema.ts'

export interface CreateInput {
  readonly schema: StructType
  readonly partitionColumns?: readonly string[]
  readonly properties?: Readonly<Record<string, string>>
  readonly comment?: string
  readonly nowMs: number
}

/** The metadata of a new table. */
export function plainMetadata(schema: StructType): Metadata {
  return {
    id: randomUUID(),
    format: { provider: 'parquet', options: {} },
    schemaString: JSON.stringify(schema),
    partitionColumns: [],
    configuration: {},
  }
}

/** The first actions of a new table. */
export function createActions(input: CreateInput): Action[] {
  const metaData: Metadata = {
    ...plainMetadata(input.schema),
    ...(input.comment === undefined ? {} : { description: input.comment }),
    partitionColumns: input.partitionColumns ?? [],
    configuration: input.properties ?? {},
    createdTime: input.nowMs,
  }
  return [{ protocol: protocolFor(input.schema) }, { metaData }]
}

export function planCreate(input: CreateInput): CommitPlan {
  return {
    actions: createActions(input),
    operation: 'CREATE TABLE',
    parameters: { partitionBy: JSON.stringify(input.partitionColumns ?? []), isManaged: 'true' },
  }
}
