import { createHash, randomUUID } from 'node:crypto'
import { Client } from 'pg'
import { openDatabase, type Database } from './db/database.ts'
import { migrate, type Migrations } from './db/migrate.ts'

/** Names the Postgres that tests make their databases on; the test runner starts one and sets it. */
const serverVariable = 'TEST_POSTGRES_URL'

/**
 * An empty database of its own with the schema of `rooms`. The first test that wants these rooms
 * runs their migrations in a template, which the others copy.
 */
export async function postgresCopy(rooms: readonly Migrations[]): Promise<Database> {
  const names = rooms.flatMap((migrations) => Object.keys(migrations)).toSorted()
  const template = `template_${createHash('sha256').update(names.join()).digest('hex').slice(0, 16)}`
  const name = `test_${randomUUID().replaceAll('-', '')}`
  await asAdmin(async (admin) => {
    await makeTemplate(admin, template, rooms)
    await admin.query(`create database ${name} template ${template} strategy file_copy`)
  })
  const database = openDatabase({ path: '', url: urlOf(name), poolSize: 4 })
  return {
    ...database,
    async [Symbol.asyncDispose]() {
      await database[Symbol.asyncDispose]()
      await asAdmin((admin) => admin.query(`drop database ${name} with (force)`))
    },
  }
}

async function makeTemplate(
  admin: Client,
  template: string,
  rooms: readonly Migrations[],
): Promise<void> {
  const isMade = async (): Promise<boolean> => {
    const text = 'select 1 from pg_database where datname = $1 and datistemplate'
    return (await admin.query(text, [template])).rowCount === 1
  }
  if (await isMade()) return
  // Test workers are processes of their own and may want the same template at once.
  await admin.query('select pg_advisory_lock(hashtext($1))', [template])
  if (!(await isMade())) {
    await admin.query(`create database ${template}`)
    await using database = openDatabase({ path: '', url: urlOf(template), poolSize: 1 })
    await migrate(database.db, rooms)
    await admin.query(`alter database ${template} is_template true`)
  }
  await admin.query('select pg_advisory_unlock(hashtext($1))', [template])
}

async function asAdmin<T>(work: (admin: Client) => Promise<T>): Promise<T> {
  const admin = new Client({ connectionString: serverUrl() })
  await admin.connect()
  try {
    return await work(admin)
  } finally {
    await admin.end()
  }
}

function urlOf(database: string): string {
  const url = new URL(serverUrl())
  url.pathname = database
  return url.href
}

function serverUrl(): string {
  const url = process.env[serverVariable]
  if (url) return url
  throw new Error(
    `${serverVariable} is not set: run this test with vitest, which starts a Postgres`,
  )
}
