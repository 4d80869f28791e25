import { existsSync } from 'node:fs'
import { fileKey, removeOf, type Action } from '../delta/actions.ts'
import type { CommitPlan } from '../delta/commit.ts'
import type { Snapshot } from '../delta/snapshot.ts'
import { filePath } from '../duck/scan.ts'
import { tablesErrors } from '../errors.ts'

export interface RestoreInput {
  readonly table: string
  readonly location: string
  readonly to: Snapshot
  readonly nowMs: number
}

/** Makes the table what it was at an earlier version, as a new version. */
export function planRestore(current: Snapshot, input: RestoreInput): CommitPlan | undefined {
  const { to, nowMs, location, table } = input
  const actions: Action[] = []
  if (to.metadata && JSON.stringify(to.metadata) !== JSON.stringify(current.metadata)) {
    actions.push({ metaData: to.metadata })
  }
  let restored = 0
  let removed = 0
  for (const [key, file] of current.files.entries()) {
    if (to.files.get(key)) continue
    actions.push({ remove: removeOf(file, nowMs) })
    removed++
  }
  for (const [, file] of to.files.entries()) {
    if (current.files.get(fileKey(file))) continue
    if (!existsSync(filePath(location, file.path))) {
      const found = `its file ${file.path} has been vacuumed`
      throw tablesErrors.TABLES_VERSION_NOT_FOUND(table, `version ${to.version}`, found)
    }
    actions.push({ add: { ...file, dataChange: true } })
    restored++
  }
  if (actions.length === 0) return undefined
  return {
    actions,
    operation: 'RESTORE',
    parameters: { version: String(to.version) },
    metrics: { numRestoredFiles: String(restored), numRemovedFiles: String(removed) },
  }
}
