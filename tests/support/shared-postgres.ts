import { startPostgres } from './postgres.ts'

/** One Postgres for all tests of a run; each makes databases of its own on it (`testCtx`). */
export default async function setup(): Promise<() => Promise<void>> {
  const postgres = await startPostgres({ isDurable: false })
  process.env['TEST_POSTGRES_URL'] = postgres.url
  return () => postgres[Symbol.asyncDispose]()
}
