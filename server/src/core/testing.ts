import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readConfig } from './config.ts'
import type { Ctx, Principal } from './ctx.ts'
import { openDatabase, type Database } from './db/database.ts'
import { migrate, type Migrations } from './db/migrate.ts'
import { EventBus } from './events/bus.ts'
import { openLog } from './log.ts'
import { coreMigrations } from './migrations.ts'
import { postgresCopy } from './testing-postgres.ts'

/** Databases every store suite runs on. */
export const testDialects = ['sqlite', 'postgres'] as const
export type TestDialect = (typeof testDialects)[number]

export interface TestCtx extends Ctx, AsyncDisposable {
  /** Moves the clock of `now`. */
  readonly advance: (ms: number) => void
}

export const testOwner: Principal = { name: 'owner', kind: 'user', isOwner: true }

/** A migrated, empty, private database and data folder. Use with `await using`. */
export async function testCtx(dialect: TestDialect, ...rooms: Migrations[]): Promise<TestCtx> {
  const all = [coreMigrations, ...rooms]
  const database = dialect === 'sqlite' ? await openMemory(all) : await postgresCopy(all)
  const dataDir = await mkdtemp(join(tmpdir(), 'millrace-test-'))
  let clock = Date.parse('2026-01-01T00:00:00Z')
  return {
    db: database.db,
    database,
    now: () => new Date(clock),
    advance: (ms) => {
      clock += ms
    },
    config: readConfig(['--data-dir', dataDir, '--port', '0', '--log-level', 'silent'], {}),
    log: openLog('silent'),
    events: new EventBus(),
    principal: testOwner,
    url: 'http://127.0.0.1:0',
    async [Symbol.asyncDispose]() {
      await database[Symbol.asyncDispose]()
      await rm(dataDir, { recursive: true, force: true })
    },
  }
}

async function openMemory(rooms: readonly Migrations[]): Promise<Database> {
  const database = openDatabase({ path: ':memory:' })
  await migrate(database.db, rooms)
  return database
}
