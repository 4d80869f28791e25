import { removeOf, type Action } from '../delta/actions.ts'
import type { CommitPlan } from '../delta/commit.ts'
import { protocolFor } from '../delta/protocol.ts'
import { listFiles, type Snapshot } from '../delta/snapshot.ts'
import { planAppend, typesOf, writeMetrics, type WrittenRows } from './append.ts'

/** Replaces the rows of a table, and its columns where the new rows have others. */
export function planOverwrite(snapshot: Snapshot, input: WrittenRows): CommitPlan {
  const { metadata } = snapshot
  if (!metadata) return planAppend(snapshot, input)
  const actions: Action[] = []
  if (typesOf(snapshot.schema) !== typesOf(input.schema)) {
    const protocol = protocolFor(input.schema, snapshot.protocol)
    if (protocol !== snapshot.protocol) actions.push({ protocol })
    const schemaString = JSON.stringify(input.schema)
    actions.push({ metaData: { ...metadata, schemaString, partitionColumns: [] } })
  }
  for (const file of listFiles(snapshot)) actions.push({ remove: removeOf(file, input.nowMs) })
  for (const { add } of input.files) actions.push({ add })
  return {
    actions,
    operation: 'WRITE',
    parameters: { mode: 'Overwrite', partitionBy: '[]' },
    metrics: writeMetrics(input),
  }
}
