import { removeOf, type Action, type Metadata } from '../delta/actions.ts'
import type { CommitPlan } from '../delta/commit.ts'
import { protocolFor } from '../delta/protocol.ts'
import { listFiles, type Snapshot } from '../delta/snapshot.ts'
import { planAppend, typesOf, writeMetrics, type WrittenRows } from './append.ts'

/** Replaces the rows of a table, and its columns where the new rows have others. */
export function planOverwrite(snapshot: Snapshot, input: WrittenRows): CommitPlan {
  const { metadata } = snapshot
  if (!metadata) return planAppend(snapshot, input)
  return {
    actions: [
      ...shapeActions(snapshot, metadata, input),
      ...listFiles(snapshot).map((file) => ({ remove: removeOf(file, input.nowMs) })),
      ...input.adds.map((add) => ({ add })),
    ],
    operation: 'WRITE',
    parameters: { mode: 'Overwrite', partitionBy: JSON.stringify(input.partitionColumns) },
    metrics: writeMetrics(input.adds),
  }
}

function shapeActions(snapshot: Snapshot, metadata: Metadata, input: WrittenRows): Action[] {
  const sameTypes = typesOf(snapshot.schema) === typesOf(input.schema)
  const samePartitions = metadata.partitionColumns.join('\n') === input.partitionColumns.join('\n')
  if (sameTypes && samePartitions) return []
  const actions: Action[] = []
  const protocol = protocolFor(input.schema, snapshot.protocol)
  if (protocol !== snapshot.protocol) actions.push({ protocol })
  const schemaString = sameTypes ? metadata.schemaString : JSON.stringify(input.schema)
  const { partitionColumns } = input
  actions.push({ metaData: { ...metadata, schemaString, partitionColumns } })
  return actions
}
