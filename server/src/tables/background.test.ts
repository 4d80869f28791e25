import { expect, test } from 'vitest'
import { listEvents } from '../core/index.ts'
import { testCtx } from '../core/testing.ts'
import { announceUnseen, startTables } from './background.ts'
import { commit } from './delta/commit.ts'
import { planCreate } from './operations/create.ts'
import { logAt } from './room.ts'
import { tablesMigrations } from './migrations.ts'
import { listTables } from './catalog-service.ts'
import { parseTableName } from './table-name.ts'
import { reserveTable } from './write-service.ts'

test('announces commits that a crash or another engine left without an event', async () => {
  await using ctx = await testCtx('sqlite', tablesMigrations)
  const schema = { type: 'struct', fields: [] } as const
  const entry = await reserveTable(ctx, parseTableName('t'))
  const request = { table: 't', nowMs: ctx.now().getTime(), principal: 'other' }
  const made = await commit(logAt(ctx, entry.location), {
    ...request,
    plan: async () => planCreate({ schema, nowMs: 0 }),
  })
  expect(made.version).toBe(0)
  expect(await listTables(ctx)).toEqual([])
  {
    await using _running = await startTables(ctx)
    expect(await listTables(ctx)).toMatchObject([{ name: 'main.default.t', version: 0 }])
  }
  await commit(logAt(ctx, entry.location), {
    ...request,
    plan: async () => ({ actions: [], operation: 'STREAMING UPDATE' }),
  })
  await announceUnseen(ctx)
  await announceUnseen(ctx)
  const events = await listEvents(ctx.db, { after: 0, limit: 9, types: ['tables.committed'] })
  expect(events.map((event) => event.payload)).toMatchObject([
    { version: 0, operation: 'CREATE TABLE' },
    { version: 1, operation: 'STREAMING UPDATE' },
  ])
})
