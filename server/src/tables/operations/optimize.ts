import { removeOf, type AddFile } from '../delta/actions.ts'
import { listFiles, type Snapshot } from '../delta/snapshot.ts'
import { writeDataFiles } from '../duck/data-file.ts'
import type { Session } from '../duck/engine.ts'
import { scanSql } from '../duck/scan.ts'
import type { PlanWithFiles } from './merge.ts'

const smallFileBytes = 128 * 1024 * 1024

export interface OptimizeInput {
  readonly location: string
  readonly nowMs: number
}

/** Writes the small files of each partition as one; the table's rows stay what they are. */
export async function planOptimize(
  session: Session,
  snapshot: Snapshot,
  input: OptimizeInput,
): Promise<PlanWithFiles | undefined> {
  const { location, nowMs } = input
  const compacted = groupSmall(listFiles(snapshot)).flat()
  if (compacted.length === 0) return undefined
  const made = await writeDataFiles(session, {
    location,
    query: scanSql({ location, snapshot, files: compacted }),
    schema: snapshot.schema,
    partitionColumns: snapshot.metadata?.partitionColumns ?? [],
    nowMs,
  })
  return {
    made,
    plan: {
      actions: [
        ...compacted.map((file) => ({ remove: { ...removeOf(file, nowMs), dataChange: false } })),
        ...made.map((add) => ({ add: { ...add, dataChange: false } })),
      ],
      operation: 'OPTIMIZE',
      parameters: { predicate: '[]' },
      metrics: {
        numRemovedFiles: String(compacted.length),
        numAddedFiles: String(made.length),
      },
    },
  }
}

function groupSmall(files: readonly AddFile[]): AddFile[][] {
  const groups = new Map<string, AddFile[]>()
  for (const file of files) {
    if (file.size >= smallFileBytes && !file.deletionVector) continue
    const key = JSON.stringify(
      Object.entries(file.partitionValues).toSorted(([a], [b]) => (a < b ? -1 : 1)),
    )
    groups.set(key, [...(groups.get(key) ?? []), file])
  }
  return [...groups.values()].filter(
    (group) => group.length > 1 || group.some((file) => file.deletionVector),
  )
}
