import { execFile, spawn } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { ensurePythonEnv } from '../../scripts/python-envs.mjs'
import { openDatabase } from '../../server/src/core/index.ts'

const stagingWriter = fileURLToPath(new URL('crash-writer.ts', import.meta.url))
const appendWriter = fileURLToPath(new URL('append-writer.ts', import.meta.url))
const rounds = 12

/**
 * Runs the writer and kills it some time after its first word (or after its start, however far it
 * has come); answers the attempts that it had acknowledged.
 */
async function runAndKill(
  dataDir: string,
  writer: string,
  when: { readonly afterFirst: number } | { readonly afterStart: number },
): Promise<number[]> {
  const child = spawn(process.execPath, ['--no-warnings', writer, '--data-dir', dataDir], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  let problems = ''
  const first = new Promise<void>((resolve) => child.stdout.once('data', () => resolve()))
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (problems += chunk.toString()))
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  const moment =
    'afterFirst' in when ? first.then(() => delay(when.afterFirst)) : delay(when.afterStart)
  await Promise.race([moment, exited])
  child.kill('SIGKILL')
  await exited
  expect(problems).toBe('')
  return output.split('\n').filter(Boolean).map(Number)
}

test('killed at any moment, staged rows appear once and nothing acknowledged is lost', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'millrace-crash-'))
  await using _gone = {
    [Symbol.asyncDispose]: () => rm(dataDir, { recursive: true, force: true, maxRetries: 5 }),
  }
  const acknowledged: number[] = []
  for (let round = 0; round < rounds; round++) {
    const random = Math.random()
    const when = round % 4 === 3 ? { afterStart: 1500 * random } : { afterFirst: 300 * random }
    acknowledged.push(...(await runAndKill(dataDir, stagingWriter, when)))
  }
  // A last start finishes what is staged; it is killed again, so only what it says counts.
  acknowledged.push(...(await runAndKill(dataDir, stagingWriter, { afterFirst: 500 })))
  expect(acknowledged.length).toBeGreaterThan(rounds)
  const a = await rowsOf(join(dataDir, 'tables', 'default', 'a'))
  const b = await rowsOf(join(dataDir, 'tables', 'default', 'b'))
  for (const counts of [a, b]) for (const [, rows] of counts) expect(rows).toBe(3)
  for (const i of new Set(acknowledged)) expect(a.get(i), `attempt ${i}`).toBe(3)
  await expectEventsInOrder(dataDir)
})

test('killed at any moment, appends that share commits are there once each', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'millrace-appends-'))
  await using _gone = {
    [Symbol.asyncDispose]: () => rm(dataDir, { recursive: true, force: true, maxRetries: 5 }),
  }
  const acknowledged = new Set<number>()
  for (let round = 0; round < rounds; round++) {
    const moment = { afterFirst: 300 * Math.random() }
    for (const call of await runAndKill(dataDir, appendWriter, moment)) acknowledged.add(call)
  }
  const python = await ensurePythonEnv('delta')
  const table = join(dataDir, 'tables', 'default', 't')
  const script = `
import sys, pyarrow
from deltalake import DeltaTable
for row in pyarrow.table(DeltaTable(sys.argv[1]).to_pyarrow_table()).to_pylist():
    print(row["writer"] * 1_000_000 + row["call"])
`
  const { stdout } = await promisify(execFile)(python, ['-c', script, table], {
    maxBuffer: 64 * 1024 * 1024,
  })
  const parts = new Map<number, number>()
  for (const call of stdout.split('\n').filter(Boolean).map(Number)) {
    parts.set(call, (parts.get(call) ?? 0) + 1)
  }
  expect(acknowledged.size).toBeGreaterThan(rounds)
  expect([...parts.values()].filter((count) => count !== 3)).toEqual([])
  expect([...acknowledged].filter((call) => !parts.has(call))).toEqual([])
})

/** Rows per attempt by the log alone: every `txn` is there once, with one file of three rows. */
async function rowsOf(table: string): Promise<Map<number, number>> {
  const folder = join(table, '_delta_log')
  const names = (await readdir(folder)).filter((name) => /^\d{20}\.json$/.test(name)).toSorted()
  expect(names.map((name) => Number(name.slice(0, 20)))).toEqual(names.map((_, i) => i))
  const counts = new Map<number, number>()
  for (const name of names) {
    const lines = (await readFile(join(folder, name), 'utf8')).trim().split('\n')
    const actions = lines.map((line) => JSON.parse(line) as Record<string, Record<string, unknown>>)
    const writers = actions.flatMap(({ txn }) => (txn ? [String(txn['appId'])] : []))
    const adds = actions.flatMap(({ add }) => (add ? [add] : []))
    expect([writers.length, adds.length]).toEqual([1, 1])
    const attempt = Number(writers[0]?.split('/')[1])
    const rows = (JSON.parse(String(adds[0]?.['stats'])) as { numRecords: number }).numRecords
    counts.set(attempt, (counts.get(attempt) ?? 0) + rows)
    expect(await readdir(table)).toContain(adds[0]?.['path'])
  }
  return counts
}

async function expectEventsInOrder(dataDir: string): Promise<void> {
  await using database = openDatabase({ path: join(dataDir, 'millrace.db') })
  const events = await database.db.selectFrom('event').selectAll().orderBy('seq').execute()
  for (const table of ['a', 'b']) {
    const versions = events
      .map((event) => JSON.parse(event.payload) as { table?: string; version: number })
      .filter((payload) => payload.table === `main.default.${table}`)
      .map((payload) => payload.version)
    expect(versions).toEqual(versions.map((_, i) => i))
    expect(versions.length).toBeGreaterThan(0)
  }
}
