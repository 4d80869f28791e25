/**
 * How servers that share a Postgres hear of each other's commits, without asking again and again.
 *
 *   connecting ──(LISTEN)──▶ listening ──(another's notice)──▶ wake
 *        ▲                      │
 *        └──(a second later)────┴──(connection lost)
 *
 * A notice carries the name of the server that sent it, so that nobody is woken by himself; it is
 * sent with the commit of its transaction. What was missed while no connection stood is looked for
 * when it stands again, and by the slow polls of those who wait.
 */
import { PostgresAdapter, sql } from 'kysely'
import { Client } from 'pg'
import type { Db } from './tables.ts'

/** Sends a notice; a part of a `select`. */
export const noticeSql = `pg_notify('millrace', current_setting('application_name'))`

const reconnectMs = 1_000

/** Wakes the other servers of a shared database once the transaction commits. */
export async function wakeOthers(tx: Db): Promise<void> {
  if (!(tx.getExecutor().adapter instanceof PostgresAdapter)) return
  await sql`select ${sql.raw(noticeSql)}`.execute(tx)
}

/** Calls `wake` for every notice of another server, until it is disposed of. */
export class Notices implements AsyncDisposable {
  readonly #options: { readonly url: string; readonly name: string }
  readonly #wake: () => void
  #client: Client | undefined
  #timer: NodeJS.Timeout | undefined
  #opening: Promise<void>
  #closed = false

  constructor(options: { readonly url: string; readonly name: string }, wake: () => void) {
    this.#options = options
    this.#wake = wake
    this.#opening = this.#open()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true
    clearTimeout(this.#timer)
    await this.#opening
    await this.#client?.end()
  }

  async #open(): Promise<void> {
    const { url, name } = this.#options
    const client = new Client({ connectionString: url, application_name: name })
    client.on('notification', ({ payload }) => {
      if (payload !== name) this.#wake()
    })
    // The end of the connection follows.
    client.on('error', () => {})
    client.on('end', () => this.#reopen())
    try {
      await client.connect()
      await client.query('listen millrace')
      this.#client = client
      this.#wake()
    } catch {
      await client.end().catch(() => {})
      this.#reopen()
    }
  }

  #reopen(): void {
    this.#client = undefined
    clearTimeout(this.#timer)
    if (this.#closed) return
    this.#timer = setTimeout(() => {
      this.#opening = this.#open()
    }, reconnectMs)
  }
}
