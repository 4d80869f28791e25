import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql, type Kysely } from 'kysely'
import { describe, expect, test } from 'vitest'
import {
  appendEvent,
  appendEvents,
  consumeEvents,
  inTransaction,
  listEvents,
  recordEdge,
  recordEdges,
  listEdges,
  type Ctx,
} from '../index.ts'
import { testCtx, testDialects } from '../testing.ts'
import { openDatabase } from './database.ts'
import { migrate } from './migrate.ts'

const started = {
  type: 'core.server_started',
  subject: 'server:1',
  payload: { version: '1' },
} as const

describe.each(testDialects)('core on %s', (dialect) => {
  test('writes an event only when its transaction commits', async () => {
    await using ctx = await testCtx(dialect)
    await inTransaction(ctx, (tx) => appendEvent(tx, started))
    const failing = inTransaction(ctx, async (tx) => {
      await appendEvent(tx, started)
      throw new Error('no')
    })
    await expect(failing).rejects.toThrow('no')
    const events = await listEvents(ctx.db, { after: 0, limit: 10 })
    expect(events.map((e) => [e.seq, e.payload])).toEqual([[1, { version: '1' }]])
  })

  test('writes many events in their order, and edges once, whatever their text', async () => {
    await using ctx = await testCtx(dialect)
    const subjects = ['server:b', 'server:a\0', 'server:\ud83d', 'server:c']
    const edge = { kind: 'READ', from: 'attempt:1', to: 'table:x@1' } as const
    await inTransaction(ctx, async (tx) => {
      await appendEvents(
        tx,
        subjects.map((subject) => ({ ...started, subject })),
      )
      await recordEdges(tx, [edge, { ...edge, from: 'attempt:2' }, edge])
    })
    const events = await listEvents(ctx.db, { after: 0, limit: 10 })
    expect(events.map(({ seq }) => seq)).toEqual([1, 2, 3, 4])
    expect(events.map(({ subject }) => subject.slice(0, 8))).toEqual([
      'server:b',
      'server:a',
      'server:\ufffd',
      'server:c',
    ])
    expect(await listEdges(ctx.db, { to: 'table:x@1' })).toHaveLength(2)
  })

  test('hands every event to a consumer once, also after a failure and a restart', async () => {
    await using ctx = await testCtx(dialect)
    const seen: number[] = []
    let fail = true
    const consumer = {
      name: 'test',
      types: ['core.server_started'] as const,
      from: 'start' as const,
      handle: async (_tx: unknown, event: { seq: number }) => {
        if (event.seq === 2 && fail) {
          fail = false
          throw new Error('first try')
        }
        seen.push(event.seq)
      },
    }
    await inTransaction(ctx, (tx) => appendEvent(tx, started))
    const running = await consumeEvents(ctx, consumer)
    await inTransaction(ctx, (tx) => appendEvent(tx, started))
    await expect.poll(() => seen, { timeout: 5000 }).toEqual([1, 2])
    await running[Symbol.asyncDispose]()
    await inTransaction(ctx, (tx) => appendEvent(tx, started))
    await using _again = await consumeEvents(ctx, consumer)
    await expect.poll(() => seen, { timeout: 5000 }).toEqual([1, 2, 3])
  })

  test('records the same edge once', async () => {
    await using ctx = await testCtx(dialect)
    const edge = { kind: 'READ', from: 'attempt:1', to: 'table:main.default.x@1' } as const
    await recordEdge(ctx, edge)
    await recordEdge(ctx, edge)
    expect(await listEdges(ctx.db, { toPrefix: 'table:main.default.x@' })).toHaveLength(1)
  })
})

describe('transactions on postgres that meet', () => {
  interface Counts {
    readonly counter: { readonly name: string; readonly n: number }
  }

  async function counters(ctx: Ctx): Promise<Kysely<Counts>> {
    const db = ctx.db as unknown as Kysely<Counts>
    await sql`create table counter (name text primary key, n integer not null)`.execute(db)
    return db
  }

  test('in a deadlock both happen, one after the other', async () => {
    await using ctx = await testCtx('postgres')
    const db = await counters(ctx)
    await db
      .insertInto('counter')
      .values([
        { name: 'a', n: 0 },
        { name: 'b', n: 0 },
      ])
      .execute()
    const bothHoldOne = Promise.withResolvers<void>()
    let holding = 0
    const add = (names: readonly string[]): Promise<void> =>
      ctx.database.transaction(async (tx) => {
        for (const name of names) {
          await (tx as unknown as typeof db)
            .updateTable('counter')
            .set((eb) => ({ n: eb('n', '+', 1) }))
            .where('name', '=', name)
            .execute()
          holding += 1
          if (holding === 2) bothHoldOne.resolve()
          await bothHoldOne.promise
        }
      })
    await Promise.all([add(['a', 'b']), add(['b', 'a'])])
    const rows = await db.selectFrom('counter').selectAll().orderBy('name').execute()
    expect(rows).toEqual([
      { name: 'a', n: 2 },
      { name: 'b', n: 2 },
    ])
  })

  test('the second to write the same key finds the row of the first', async () => {
    await using ctx = await testCtx('postgres')
    const db = await counters(ctx)
    const bothHaveLooked = Promise.withResolvers<void>()
    let looked = 0
    const make = (): Promise<string> =>
      ctx.database.transaction(async (tx) => {
        const mine = tx as unknown as typeof db
        const found = await mine.selectFrom('counter').selectAll().executeTakeFirst()
        looked += 1
        if (looked === 2) bothHaveLooked.resolve()
        await bothHaveLooked.promise
        if (found) return 'found'
        await mine.insertInto('counter').values({ name: 'a', n: 0 }).execute()
        return 'made'
      })
    expect((await Promise.all([make(), make()])).toSorted()).toEqual(['found', 'made'])
  })
})

test('group commit answers each writer by itself and survives a failing one', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'millrace-db-'))
  const database = openDatabase({ path: join(folder, 'a.db') })
  const { sqlite } = database
  if (!sqlite) throw new Error('expected SQLite')
  sqlite.writer.exec('create table t (x integer primary key)')
  const insert = (x: number) =>
    sqlite.groupCommit((db) => db.prepare('insert into t values (?)').run(x).changes)
  const results = await Promise.allSettled([insert(1), insert(1), insert(2)])
  expect(results.map((r) => r.status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
  expect(sqlite.reader.prepare('select count(*) as n from t').get()).toEqual({ n: 2 })
  await database[Symbol.asyncDispose]()
  await rm(folder, { recursive: true })
})

test('refuses a write to the outer database inside a transaction instead of waiting for itself', async () => {
  await using ctx = await testCtx('sqlite')
  const nested = inTransaction(ctx, async () =>
    recordEdge(ctx, { kind: 'READ', from: 'a:1', to: 'b:1' }),
  )
  await expect(nested).rejects.toThrow(/transaction's ctx/)
})

test('a migration that ends half-way leaves nothing of itself behind', async () => {
  await using database = openDatabase({ path: ':memory:' })
  const half = (fails: boolean) => ({
    '0001_test_half': {
      up: async (db: Kysely<unknown>) => {
        await db.schema.createTable('half').addColumn('a', 'text').execute()
        if (fails) throw new Error('killed')
        await db.schema.alterTable('half').addColumn('b', 'text').execute()
      },
    },
  })
  await expect(migrate(database.db, [half(true)])).rejects.toThrow('killed')
  await migrate(database.db, [half(false)])
})

describe('on a disk that is full', () => {
  async function fullDatabase() {
    const folder = await mkdtemp(join(tmpdir(), 'millrace-db-'))
    const database = openDatabase({ path: join(folder, 'a.db') })
    const { sqlite } = database
    if (!sqlite) throw new Error('expected SQLite')
    sqlite.writer.exec('create table t (x blob)')
    const limit = (pages: number) => sqlite.writer.exec(`pragma max_page_count = ${pages}`)
    limit(3)
    const db = database.db as unknown as Kysely<{ t: { x: Buffer } }>
    return {
      database,
      sqlite,
      db,
      limit,
      insert: (bytes: number) =>
        db
          .insertInto('t')
          .values({ x: Buffer.alloc(bytes) })
          .execute(),
      count: () => sqlite.reader.prepare('select count(*) as n from t').get(),
      async [Symbol.asyncDispose]() {
        await database[Symbol.asyncDispose]()
        await rm(folder, { recursive: true })
      },
    }
  }
  const full = { errcode: 13 }

  test('a transaction says so, leaves nothing, and the next one works', async () => {
    await using disk = await fullDatabase()
    const write = (bytes: number) =>
      disk.database.transaction(async (tx) => {
        const db = tx as unknown as typeof disk.db
        await db
          .insertInto('t')
          .values({ x: Buffer.alloc(10) })
          .execute()
        await db
          .insertInto('t')
          .values({ x: Buffer.alloc(bytes) })
          .execute()
      })
    await expect(write(100_000)).rejects.toMatchObject(full)
    await expect(disk.insert(100_000)).rejects.toMatchObject(full)
    expect(disk.count()).toEqual({ n: 0 })
    disk.limit(1000)
    await write(100_000)
    expect(disk.count()).toEqual({ n: 2 })
  })

  test('a group commit says so to the one that did not fit', async () => {
    await using disk = await fullDatabase()
    const write = (bytes: number) =>
      disk.sqlite.groupCommit((db) => db.prepare('insert into t values (zeroblob(?))').run(bytes))
    const results = await Promise.allSettled([write(10), write(100_000)])
    expect(results[1]).toMatchObject({ status: 'rejected', reason: full })
    disk.limit(1000)
    await Promise.all([write(10), write(100_000)])
  })

  test('a commit that fails is undone before the next transaction begins', async () => {
    await using disk = await fullDatabase()
    disk.limit(1000)
    disk.sqlite.writer.exec(
      'create table parent (id integer primary key); create table child (p references parent (id) deferrable initially deferred)',
    )
    const failing = disk.database.transaction(async (tx) => {
      const db = tx as unknown as Kysely<{ child: { p: number } }>
      await db.insertInto('child').values({ p: 7 }).execute()
    })
    const next = disk.database.transaction(async (tx) => {
      const db = tx as unknown as typeof disk.db
      await db
        .insertInto('t')
        .values({ x: Buffer.alloc(10) })
        .execute()
    })
    await expect(failing).rejects.toThrow('FOREIGN KEY constraint failed')
    await next
    expect(disk.count()).toEqual({ n: 1 })
    expect(disk.sqlite.reader.prepare('select count(*) as n from child').get()).toEqual({ n: 0 })
  })
})
