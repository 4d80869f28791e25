import { startPostgres, type Postgres } from './postgres.ts'

// One Postgres for all tests of a run; each makes databases of its own on it (`testCtx`).
let postgres: Postgres | undefined

export async function setup(): Promise<void> {
  postgres = await startPostgres({ isDurable: false })
  process.env['TEST_POSTGRES_URL'] = postgres.url
}

export async function teardown(): Promise<void> {
  await postgres?.[Symbol.asyncDispose]()
}
