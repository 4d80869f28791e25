import { entryTime, type DeltaLog } from './delta/delta-log.ts'
import { tablesErrors } from './errors.ts'
import { entryVersion } from './log-stores/log-store.ts'

/** The version that was the newest at a time; without an offset the time is UTC. */
export async function findVersionAt(log: DeltaLog, table: string, time: string): Promise<number> {
  const asked = parseTime(time)
  const latest = await log.update()
  if (asked >= latest.timestampMs) return latest.version
  const versions = (await log.store.listNames())
    .map(entryVersion)
    .filter((version) => version !== undefined)
  const timeOf = async (at: number): Promise<number> => {
    const entry = await log.store.readEntry(versions[at] ?? -1)
    return entry ? entryTime(entry) : Infinity
  }
  // Commit times grow with the version: the last one that is not after `asked`.
  let low = 0
  let high = versions.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((await timeOf(middle)) <= asked) low = middle + 1
    else high = middle
  }
  const found = versions[low - 1]
  if (found !== undefined) return found
  const first = versions.length > 0 ? new Date(await timeOf(0)).toISOString() : 'unknown'
  throw tablesErrors.TABLES_VERSION_NOT_FOUND(table, time, `its first kept version is of ${first}`)
}

/** Epoch milliseconds of a Databricks timestamp text. */
export function parseTime(text: string): number {
  const found =
    /^(?<date>\d{4}-\d{2}-\d{2})(?:[ T](?<time>\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?))?\s*(?<zone>Z|UTC|[+-]\d{2}(?::?\d{2})?)?$/i.exec(
      text.trim(),
    )?.groups
  const zone = found?.['zone'] ?? 'Z'
  const offset = /^[+-]/.test(zone)
    ? zone.replace(/^(...):?(\d\d)?$/, (_, h, m) => `${h}:${m ?? '00'}`)
    : 'Z'
  const time = found ? Date.parse(`${found['date']}T${found['time'] ?? '00:00'}${offset}`) : NaN
  if (!Number.isNaN(time)) return time
  throw tablesErrors.TABLES_STATEMENT_INVALID(
    `'${text}' is not a time; expected for example '2024-02-29 23:59:59'`,
  )
}
