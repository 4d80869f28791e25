import { fileKey } from './actions.ts'
import type { DeltaLog } from './delta-log.ts'
import type { Snapshot } from './snapshot.ts'

export interface EarlierCommit {
  readonly version: number
  readonly added: ReadonlySet<string>
}

const searchedEntries = 10_000

/** The commit that carries a transaction, looked for from the newest entry back. */
export async function findTxn(
  log: DeltaLog,
  snapshot: Snapshot,
  txn: Named,
): Promise<EarlierCommit | undefined> {
  const last = Math.max(0, snapshot.version - searchedEntries)
  for (let version = snapshot.version; version >= last; version--) {
    const actions = await log.readActions(version)
    if (!actions) return undefined
    if (!actions.some((action) => isSame(action.txn, txn))) continue
    const added = actions.flatMap((action) => (action.add ? [fileKey(action.add)] : []))
    return { version, added: new Set(added) }
  }
  return undefined
}

interface Named {
  readonly appId: string
  readonly version: number
}

function isSame(one: Named | null | undefined, other: Named): boolean {
  return one?.appId === other.appId && one.version === other.version
}
