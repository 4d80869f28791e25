import { mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { Engine } from './engine.ts'
import { openInstance } from './process-handle.ts'

async function openEngine() {
  const stack = new AsyncDisposableStack()
  const folder = await mkdtemp(join(tmpdir(), 'millrace-engine-'))
  stack.defer(() => rm(folder, { recursive: true, force: true }))
  const allowed = join(folder, 'allowed')
  const engine = stack.use(new Engine({ allowed: [allowed], scratch: join(allowed, 'scratch') }))
  await engine.ready()
  return { folder, allowed, engine, [Symbol.asyncDispose]: () => stack.disposeAsync() }
}

const slow = 'select count(*) from range(100000000000) t(i) where i % 7 = 3'

test('stops a statement at its time limit and goes on working', async () => {
  await using opened = await openEngine()
  const late = opened.engine.session((session) => session.rows(slow), { timeoutMs: 200 })
  await expect(late).rejects.toMatchObject({ code: 'TABLES_STATEMENT_TIMEOUT' })
  expect(await opened.engine.session((session) => session.rows('select 1'))).toEqual([[1]])
})

test('stops a statement that is cancelled, also one that has not begun', async () => {
  await using opened = await openEngine()
  const stop = new AbortController()
  const running = opened.engine.session((session) => session.rows(slow), { signal: stop.signal })
  setTimeout(() => stop.abort(), 100)
  await expect(running).rejects.toMatchObject({ code: 'TABLES_STATEMENT_CANCELED' })
  const never = opened.engine.session((session) => session.rows('select 1'), {
    signal: stop.signal,
  })
  await expect(never).rejects.toMatchObject({ code: 'TABLES_STATEMENT_CANCELED' })
})

test('a SQL process that dies fails its statement, and the next one gets a new process', async () => {
  await using opened = await openEngine()
  const { engine, folder } = opened
  await engine.session((session) => session.rows('select 1'))
  const other = await openInstance({ allowed: [folder], scratch: folder })
  const running = engine.session((session) => session.rows(slow))
  setTimeout(() => other.kill(), 100)
  await expect(running).rejects.toMatchObject({ code: 'TABLES_SQL_PROCESS_ENDED', status: 503 })
  expect(await engine.session((session) => session.rows('select 2'))).toEqual([[2]])
})

test('engines that open and close at any time never take the process from each other', async () => {
  const work = Array.from({ length: 12 }, async (_, i) => {
    await using opened = await openEngine()
    await new Promise((resolve) => setTimeout(resolve, (i % 4) * 700))
    return await opened.engine.session((session) => session.rows(`select ${i}`))
  })
  expect((await Promise.all(work)).flat(2)).toEqual(work.map((_, i) => i))
})

test('runs more statements than it has slots, one after another', async () => {
  await using opened = await openEngine()
  const answers = await Promise.all(
    Array.from({ length: 20 }, (_, i) => opened.engine.session((s) => s.rows(`select ${i}`))),
  )
  expect(answers.flat(2)).toEqual(Array.from({ length: 20 }, (_, i) => i))
})

test('says so when a statement needs more memory and disk than it may use', async () => {
  await using opened = await openEngine()
  const big = "select list(repeat('x', 1000) || i) from range(100000000) t(i)"
  const running = opened.engine.session((session) => session.rows(big))
  await expect(running).rejects.toMatchObject({ code: 'TABLES_STATEMENT_TOO_BIG' })
})

test.each([
  (outside: string) => `select * from read_csv('${outside}')`,
  (outside: string) => `select * from read_text('${outside}')`,
  (outside: string) => `copy (select 1) to '${outside}.csv'`,
  (outside: string) => `attach '${outside}.db'`,
  (_: string, link: string) => `select * from read_csv('${link}')`,
  (outside: string) => `select * from read_csv('${outside}/../secret.txt')`,
  () => 'install httpfs',
  () => "load '/usr/lib/x.duckdb_extension'",
  () => 'set enable_external_access = true',
  () => "set allowed_directories = ['/']",
  () => 'set lock_configuration = false',
  () => "select * from read_csv('http://127.0.0.1/x.csv')",
])('SQL of any kind reaches nothing outside its folders (%#)', async (statement) => {
  await using opened = await openEngine()
  const secret = join(opened.folder, 'secret.txt')
  await writeFile(secret, 'a\n1\n')
  const link = join(opened.allowed, 'link.csv')
  await symlink(secret, link)
  const running = opened.engine.session((session) => session.rows(statement(secret, link)))
  await expect(running).rejects.toMatchObject({ status: 400 })
  expect((await readdir(opened.folder)).toSorted()).toEqual(['allowed', 'secret.txt'])
})
