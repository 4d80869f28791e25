import { writeFile, rm, open } from 'node:fs/promises'
import type { Action } from '../delta/actions.ts'
import { checkpointName } from '../delta/checkpoint-names.ts'
import type { DeltaLog } from '../delta/delta-log.ts'
import { quoteText } from '../delta/schema.ts'
import type { Snapshot } from '../delta/snapshot.ts'
import type { LogStore } from '../log-stores/log-store.ts'
import { parseActions } from '../delta/actions.ts'
import type { Engine } from './engine.ts'

const map = 'MAP(VARCHAR, VARCHAR)'
const deletionVector =
  'STRUCT(storageType VARCHAR, pathOrInlineDv VARCHAR, "offset" INTEGER, sizeInBytes INTEGER, cardinality BIGINT)'

/** The columns of a classic checkpoint, as the protocol has them. */
const checkpointColumns: Readonly<Record<string, string>> = {
  txn: 'STRUCT(appId VARCHAR, version BIGINT, lastUpdated BIGINT)',
  add: `STRUCT(path VARCHAR, partitionValues ${map}, size BIGINT, modificationTime BIGINT, dataChange BOOLEAN, stats VARCHAR, tags ${map}, deletionVector ${deletionVector})`,
  remove: `STRUCT(path VARCHAR, deletionTimestamp BIGINT, dataChange BOOLEAN, extendedFileMetadata BOOLEAN, partitionValues ${map}, size BIGINT, deletionVector ${deletionVector})`,
  metaData: `STRUCT(id VARCHAR, name VARCHAR, description VARCHAR, format STRUCT(provider VARCHAR, options ${map}), schemaString VARCHAR, partitionColumns VARCHAR[], configuration ${map}, createdTime BIGINT)`,
  protocol:
    'STRUCT(minReaderVersion INTEGER, minWriterVersion INTEGER, readerFeatures VARCHAR[], writerFeatures VARCHAR[])',
  domainMetadata: 'STRUCT(domain VARCHAR, configuration VARCHAR, removed BOOLEAN)',
}

const readColumns = ['txn', 'add', 'remove', 'metaData', 'protocol', 'domainMetadata', 'sidecar']

/** Reads checkpoint files; of a v2 checkpoint its sidecars too. */
export function checkpointReader(engine: Engine) {
  return async (store: LogStore, files: readonly string[]): Promise<Action[]> => {
    const actions: Action[] = []
    for (const file of files) {
      if (file.endsWith('.json')) actions.push(...parseActions((await store.readText(file)) ?? ''))
      else actions.push(...(await readParquet(engine, store.pathOf(file))))
    }
    const sidecars = actions.flatMap((action) => (action.sidecar ? [action.sidecar.path] : []))
    for (const sidecar of sidecars) {
      const path = sidecar.includes('/') ? sidecar : `_sidecars/${sidecar}`
      actions.push(...(await readParquet(engine, store.pathOf(path))))
    }
    return actions
  }
}

async function readParquet(engine: Engine, path: string): Promise<Action[]> {
  return engine.session(
    async (session) => {
      const from = `read_parquet(${quoteText(path)})`
      const described = await session.rows(`select column_name from (describe from ${from})`)
      const there = new Set(described.map(([name]) => String(name)))
      const columns = readColumns.filter((column) => there.has(column))
      // One text per kind of action: thousands of small ones take twice as long.
      const texts = columns.map((c) => `string_agg(cast(to_json(${c}) as varchar), ',')`)
      const [row = []] = await session.rows(`select ${texts.join(', ')} from ${from}`)
      return columns.flatMap((column, i) => {
        const text = row[i]
        const actions = typeof text === 'string' ? (JSON.parse(`[${text}]`) as unknown[]) : []
        return actions.map((action) => ({ [column]: action }) as Action)
      })
    },
    { inner: true },
  )
}

export interface CheckpointOptions {
  /** Removals older than this are forgotten: nobody may still vacuum by them. */
  readonly forgetBeforeMs: number
}

/** Writes a classic checkpoint of a snapshot and points `_last_checkpoint` at it. */
export async function writeCheckpoint(
  engine: Engine,
  target: { readonly log: DeltaLog; readonly snapshot: Snapshot },
  options: CheckpointOptions,
): Promise<void> {
  const { log, snapshot } = target
  const actions = checkpointActions(snapshot, options.forgetBeforeMs)
  const lines = engine.scratchPath('json')
  const made = engine.scratchPath('parquet')
  await engine.ready()
  try {
    const texts = actions.map((action) => JSON.stringify(action))
    // DuckDB's buffers are a multiple of this; its default would not take one long action.
    const longest = texts.reduce((most, text) => Math.max(most, 4 * text.length), 65_536)
    await writeFile(lines, texts.join('\n'))
    const columns = Object.entries(checkpointColumns)
      .map(([name, type]) => `${name}: ${quoteText(type)}`)
      .join(', ')
    await engine.session(
      (session) =>
        session.run(`copy (select * from read_json(${quoteText(lines)}, format = 'newline_delimited',
          maximum_object_size = ${longest}, columns = {${columns}})) to ${quoteText(made)} (format parquet)`),
      { inner: true },
    )
    await syncFile(made)
    await log.store.adopt(made, checkpointName(snapshot.version))
    const hint = { version: snapshot.version, size: actions.length }
    await log.store.writeText('_last_checkpoint', JSON.stringify(hint))
  } finally {
    await rm(lines, { force: true })
    await rm(made, { force: true })
  }
}

function checkpointActions(snapshot: Snapshot, forgetBeforeMs: number): Action[] {
  const actions: Action[] = [{ protocol: snapshot.protocol }]
  if (snapshot.metadata) actions.push({ metaData: snapshot.metadata })
  for (const txn of snapshot.txns.entries().values()) actions.push({ txn })
  for (const domainMetadata of snapshot.domains.entries().values()) {
    if (!domainMetadata.removed) actions.push({ domainMetadata })
  }
  for (const add of snapshot.files.entries().values()) {
    actions.push({ add: { ...add, dataChange: false } })
  }
  for (const remove of snapshot.tombstones.entries().values()) {
    if ((remove.deletionTimestamp ?? 0) < forgetBeforeMs) continue
    actions.push({ remove: { ...remove, dataChange: false } })
  }
  return actions
}

export async function syncFile(path: string): Promise<void> {
  await using file = await open(path, 'r+')
  await file.sync()
}
