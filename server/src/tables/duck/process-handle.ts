/**
 * The server's end of the SQL process.
 *
 *   none → (first request) starting → running → (no engine open for `lingerMs`) ended → none
 *                                        ↘ died: every waiting request fails → none
 *
 * One process serves all engines of a server. It lives apart for two reasons: DuckDB's 30 MiB are
 * only there while SQL runs, and a crash or a statement that cannot be stopped ends that process
 * and not the server. Waiting requests keep this process alive; a quiet SQL process does not.
 */
import { fork, type ChildProcess } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { tablesErrors } from '../errors.ts'
import type { Answer, Command, Request } from './messages.ts'

const lingerMs = 2_000
const entry = fileURLToPath(new URL('sql-process.ts', import.meta.url))

interface Waiting {
  readonly resolve: (value: unknown) => void
  readonly reject: (error: unknown) => void
}

class SqlProcess {
  readonly #child: ChildProcess
  readonly #waiting = new Map<number, Waiting>()
  readonly engines = new Set<number>()
  linger: NodeJS.Timeout | undefined
  isOver = false
  #lastId = 0

  constructor() {
    this.#child = fork(entry, [], {
      serialization: 'advanced',
      execArgv: ['--disable-warning=ExperimentalWarning', '--max-semi-space-size=4'],
      // Nothing of the server's environment is SQL's business.
      env: { MALLOC_ARENA_MAX: '2' },
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    })
    this.#child.on('message', (answer: Answer) => this.#settle(answer))
    this.#child.on('error', (error) => this.#end(error.message))
    this.#child.on('exit', (code, signal) => this.#end(`it ended with ${signal ?? code}`))
    this.#hold()
  }

  send<T>(command: Command): Promise<T> {
    if (this.isOver) return Promise.reject(tablesErrors.TABLES_SQL_PROCESS_ENDED('it had ended'))
    const request: Request = { ...command, id: ++this.#lastId }
    return new Promise<T>((resolve, reject) => {
      this.#waiting.set(request.id, { resolve: resolve as Waiting['resolve'], reject })
      this.#hold()
      this.#child.send(request, (error) => {
        if (error) this.#end(error.message)
      })
    })
  }

  kill(): void {
    this.#child.kill('SIGKILL')
  }

  async finish(): Promise<void> {
    this.isOver = true
    clearTimeout(this.linger)
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return
    const exited = new Promise<void>((resolve) => this.#child.once('exit', () => resolve()))
    this.#child.ref()
    if (this.#child.connected) this.#child.disconnect()
    await exited
  }

  #settle(answer: Answer): void {
    const waiting = this.#waiting.get(answer.id)
    this.#waiting.delete(answer.id)
    this.#hold()
    if ('error' in answer) waiting?.reject(new Error(answer.error))
    else waiting?.resolve(answer.value)
  }

  #end(reason: string): void {
    this.isOver = true
    for (const { reject } of this.#waiting.values()) {
      reject(tablesErrors.TABLES_SQL_PROCESS_ENDED(reason))
    }
    this.#waiting.clear()
    if (current === this) current = undefined
  }

  #hold(): void {
    if (this.#waiting.size > 0) {
      this.#child.ref()
      this.#child.channel?.ref()
    } else {
      this.#child.unref()
      this.#child.channel?.unref()
    }
  }
}

let current: SqlProcess | undefined
let lastEngine = 0
let lastSession = 0

export function newSessionId(): number {
  return ++lastSession
}

/** One DuckDB instance in the SQL process. */
export interface InstanceHandle {
  readonly id: number
  readonly send: <T>(command: Command) => Promise<T>
  /** Ends the whole SQL process: for a statement that does not stop. */
  readonly kill: () => void
  readonly isOver: () => boolean
  readonly close: () => Promise<void>
}

export async function openInstance(
  folders: Extract<Command, { op: 'open' }>['folders'],
): Promise<InstanceHandle> {
  if (!current || current.isOver) current = new SqlProcess()
  const sql = current
  const id = ++lastEngine
  sql.engines.add(id)
  clearTimeout(sql.linger)
  await sql.send({ op: 'open', engine: id, folders })
  return {
    id,
    send: (command) => sql.send(command),
    kill: () => sql.kill(),
    isOver: () => sql.isOver,
    close: async () => {
      if (!sql.engines.delete(id) || sql.isOver) return
      await sql.send({ op: 'close', engine: id })
      clearTimeout(sql.linger)
      sql.linger = setTimeout(() => {
        if (sql.engines.size === 0) void sql.finish()
      }, lingerMs)
      sql.linger.unref()
    },
  }
}
