/**
 * Delta tables beside delta-rs.
 *
 *   Appends of 10 rows from 20 clients, each answered once its commit is durable. Millrace: INSERTs
 *     over HTTP, data file, log entry and both folders synced. delta-rs: `write_deltalake` from 20
 *     threads of one process, no server between, nothing synced.
 *   The same on a table with 100 times the history.
 *   Opening a table of 10,000 commits with a checkpoint that delta-rs wrote, in a process that runs:
 *     `DeltaTable(path)`, and the first look of a server at its log.
 *
 *   node bench/tables.ts [--seconds 5] [--runs 5] [--commits 10000]
 */
import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { ensurePythonEnv } from '../scripts/python-envs.mjs'
import { DeltaLog } from '../server/src/tables/delta/delta-log.ts'
import { checkpointReader } from '../server/src/tables/duck/checkpoint-file.ts'
import { Engine } from '../server/src/tables/duck/engine.ts'
import { openLocalLog } from '../server/src/tables/log-stores/local.ts'
import { compare, freePort, load, startPeer, type Peer } from './harness.ts'

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '5' },
    runs: { type: 'string', default: '5' },
    commits: { type: 'string', default: '10000' },
  },
})
const seconds = Number(values.seconds)
const runs = Number(values.runs)
const commits = Number(values.commits)
const clients = 20
const repo = fileURLToPath(new URL('..', import.meta.url))
const schemaString = JSON.stringify({
  type: 'struct',
  fields: [
    { name: 'id', type: 'long', nullable: true, metadata: {} },
    { name: 'v', type: 'double', nullable: true, metadata: {} },
    { name: 's', type: 'string', nullable: true, metadata: {} },
  ],
})

const folder = await mkdtemp(join(tmpdir(), 'millrace-bench-'))
try {
  await using peer = await openDeltaRs()
  await compareAppends(peer)
  await compareOpening(peer)
} finally {
  await rm(folder, { recursive: true, force: true, maxRetries: 5 })
}

interface DeltaRs extends AsyncDisposable {
  readonly version: string
  readonly ask: (...command: readonly (string | number)[]) => Promise<number>
}

async function openDeltaRs(): Promise<DeltaRs> {
  const python = await ensurePythonEnv('delta')
  const script = fileURLToPath(new URL('tables_peer.py', import.meta.url))
  const child = spawn(python, [script], { stdio: ['pipe', 'pipe', 'inherit'] })
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]()
  const next = async (): Promise<string> => {
    const { value, done } = await lines.next()
    if (done) throw new Error('tables_peer.py has ended')
    return value
  }
  const version = await next()
  return {
    version,
    ask: async (...command) => {
      child.stdin.write(`${JSON.stringify(command)}\n`)
      return Number(await next())
    },
    async [Symbol.asyncDispose]() {
      child.stdin.end()
      await new Promise((resolve) => child.once('exit', resolve))
    },
  }
}

/** A log of `length` commits with a file each; the files are never read. */
function writeHistory(table: string, length: number): void {
  const log = join(table, '_delta_log')
  mkdirSync(log, { recursive: true })
  const protocol = { protocol: { minReaderVersion: 1, minWriterVersion: 2 } }
  const format = { provider: 'parquet', options: {} }
  const metaData = {
    id: randomUUID(),
    format,
    schemaString,
    partitionColumns: [],
    configuration: {},
  }
  for (let version = 0; version < length; version++) {
    const add = {
      path: `part-00000-${randomUUID()}-c000.snappy.parquet`,
      partitionValues: {},
      size: 1000,
      modificationTime: 1_700_000_000_000 + version,
      dataChange: true,
      stats: `{"numRecords":10,"minValues":{"id":${10 * version}},"maxValues":{"id":${10 * version + 9}},"nullCount":{"id":0}}`,
    }
    const info = { timestamp: add.modificationTime, operation: 'WRITE', operationParameters: {} }
    const path = join(log, `${String(version).padStart(20, '0')}.json`)
    const head = version === 0 ? [protocol, { metaData }] : []
    const actions = [{ commitInfo: info }, ...head, { add }]
    writeFileSync(path, '')
    appendFileSync(path, `${actions.map((action) => JSON.stringify(action)).join('\n')}\n`)
  }
}

async function runSql(server: Peer, statement: string): Promise<void> {
  const response = await fetch(`${server.url}/api/2.0/sql/statements`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ statement, warehouse_id: 'default', wait_timeout: '50s' }),
  })
  const text = await response.text()
  if (!text.includes('SUCCEEDED')) throw new Error(`${statement}: ${text}`)
}

function insertOf(table: string, client: number, count: number): string {
  const first = client * 1_000_000 + count * 10
  const rows = Array.from(
    { length: 10 },
    (_, i) => `(${first + i}, ${i}.5, 'row ${i} of ${client}')`,
  )
  return `INSERT INTO ${table} VALUES ${rows.join(', ')}`
}

async function measureAppends(server: Peer, table: string): Promise<number> {
  const { perSecond } = await load({
    url: server.url,
    clients,
    seconds,
    next: (client, count) => ({
      method: 'POST',
      path: '/api/2.0/sql/statements',
      body: JSON.stringify({ statement: insertOf(table, client, count), warehouse_id: 'default' }),
    }),
  })
  return perSecond
}

async function compareAppends(peer: DeltaRs): Promise<void> {
  const outside = join(folder, 'outside')
  const port = await freePort()
  const settings = ['--port', String(port), '--data-dir', join(folder, 'ours')]
  await using server = await startPeer({
    command: process.execPath,
    args: ['cli/bin/millrace.mjs', 'server', ...settings, '--external-location', outside],
    cwd: repo,
    url: `http://127.0.0.1:${port}`,
  })
  writeHistory(join(outside, 'short'), Math.max(1, commits / 100))
  writeHistory(join(outside, 'long'), commits)
  for (const name of ['short', 'long']) {
    await runSql(server, `CREATE TABLE ${name} USING DELTA LOCATION '${join(outside, name)}'`)
    await measureAppends(server, name)
  }
  const durability = 'data, log and folders synced'
  const ours = {
    name: 'Millrace',
    version: 'this commit',
    durability,
    measure: () => measureAppends(server, 'short'),
  }
  const theirs = join(folder, 'theirs')
  await compare(
    [
      ours,
      {
        name: 'delta-rs',
        version: peer.version,
        durability: 'nothing synced',
        measure: () => peer.ask('append', theirs, clients, seconds),
      },
    ],
    { title: `Appends of 10 rows, ${clients} clients`, unit: 'appends/s', runs },
  )
  const long = { ...ours, name: `Millrace, ${commits} commits before` }
  await compare(
    [
      { ...long, measure: () => measureAppends(server, 'long') },
      { ...ours, name: `Millrace, ${commits / 100} commits before` },
    ],
    { title: 'The same with 100 times the history', unit: 'appends/s', runs },
  )
}

async function compareOpening(peer: DeltaRs): Promise<void> {
  const table = join(folder, 'opened')
  writeHistory(table, commits)
  await peer.ask('checkpoint', table)
  const scratch = join(folder, 'scratch')
  await using engine = new Engine({ allowed: [folder], scratch })
  let kept: string | undefined
  const keptAt = join(folder, 'kept.json')
  const openOurs = async (): Promise<number> => {
    const log = new DeltaLog(table, openLocalLog(join(table, '_delta_log')), {
      readCheckpoint: checkpointReader(engine),
      cache: {
        read: async () => (kept === undefined ? undefined : readFile(keptAt, 'utf8')),
        write: (text) => {
          writeFileSync(keptAt, text)
          kept = keptAt
        },
      },
    })
    const started = performance.now()
    await log.update()
    return 1000 / (performance.now() - started)
  }
  const first = 1000 / (await openOurs())
  console.log(
    `\nThe first opening ever, by the checkpoint and with DuckDB's start: ${first.toFixed(0)} ms`,
  )
  const common = { durability: 'read only' }
  const measure = openOurs
  await compare(
    [
      { ...common, name: 'Millrace', version: 'this commit', measure },
      {
        ...common,
        name: 'delta-rs',
        version: peer.version,
        measure: () => peer.ask('open', table),
      },
    ],
    { title: `Opening ${commits} commits with a checkpoint`, unit: 'openings/s', runs },
  )
}
