import type { Ctx } from '../core/index.ts'
import { getEntry, openTable } from './catalog-service.ts'
import type { CommitInfo } from './delta/actions.ts'
import { entryInfo } from './delta/delta-log.ts'
import type { LogEntry } from './log-stores/log-store.ts'
import { parseTableName } from './table-name.ts'

export interface HistoryEntry {
  readonly version: number
  readonly timestampMs: number
  readonly operation: string
  readonly user: string | undefined
  readonly parameters: Readonly<Record<string, unknown>>
  readonly metrics: Readonly<Record<string, string>>
  readonly engine: string | undefined
}

/** The commits of a table, newest first, as far as its log still holds them. */
export async function tableHistory(
  ctx: Ctx,
  table: string,
  options: { readonly limit?: number } = {},
): Promise<HistoryEntry[]> {
  const entry = await getEntry(ctx, parseTableName(table))
  const { log, snapshot } = await openTable(ctx, entry)
  const history: HistoryEntry[] = []
  const last = Math.max(0, snapshot.version + 1 - (options.limit ?? 100))
  for (let version = snapshot.version; version >= last; version--) {
    const found = await log.store.readEntry(version)
    if (!found) break
    history.push(toHistory(version, found))
  }
  return history
}

function toHistory(version: number, entry: LogEntry): HistoryEntry {
  const info: CommitInfo = entryInfo(entry) ?? {}
  const metrics = Object.entries(info.operationMetrics ?? {})
  return {
    version,
    timestampMs: info.inCommitTimestamp ?? entry.timestampMs,
    operation: info.operation ?? 'UNKNOWN',
    user: info.userName,
    parameters: info.operationParameters ?? {},
    metrics: Object.fromEntries(metrics.map(([key, value]) => [key, String(value)])),
    engine: info.engineInfo,
  }
}
