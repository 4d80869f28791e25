/**
 * The server's side of a fork server (see python/millrace_worker/forkserver.py for the protocol).
 *
 *   connecting ─(nobody listens)→ starting ─(it says ready)→ connected ─(socket closed)→ gone
 *       └──────(it still runs, from an earlier server)───────────┘
 */
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { closeSync, openSync } from 'node:fs'
import { chmod, lstat, mkdir, readFile } from 'node:fs/promises'
import { connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { AppError } from '../core/index.ts'
import { computeErrors } from './errors.ts'
import { encodeJson, FrameReader } from './frames.ts'
import { ownModule } from './python-program.ts'

const protocolVersion = 1
const alreadyRunning = 75
/** Unix socket addresses are at most 107 bytes long, and our names in a folder at most 32. */
const longestSocketFolder = 70

export interface ForkServerPlace {
  /** Names the fork server: one per environment and set of preloaded modules. */
  readonly key: string
  readonly socket: string
  readonly log: string
}

/** The socket and log of a fork server. */
export async function forkServerPlace(dataDir: string, key: string): Promise<ForkServerPlace> {
  const sockets = await socketFolder(dataDir)
  return {
    key,
    socket: join(sockets, `${key}.sock`),
    log: join(dataDir, 'run', `${key}.log`),
  }
}

/** Where this data folder's sockets are: a short folder of our own when it lies too deep itself. */
export async function socketFolder(dataDir: string): Promise<string> {
  const folder = join(dataDir, 'run')
  await mkdir(folder, { recursive: true, mode: 0o700 })
  if (Buffer.byteLength(folder) <= longestSocketFolder) return folder
  const short = createHash('sha256').update(folder).digest('hex').slice(0, 12)
  const fallback = join(tmpdir(), `millrace-${short}`)
  await mkdir(fallback, { recursive: true, mode: 0o700 })
  const own = await lstat(fallback)
  if (!own.isDirectory() || own.uid !== (await lstat(folder)).uid) {
    throw computeErrors.COMPUTE_WORKER_FAILED('The fork server', `${fallback} is somebody else's`)
  }
  await chmod(fallback, 0o700)
  return fallback
}

export type ForkServerEvent =
  | { readonly event: 'exit'; readonly attempt_id: string; readonly report: unknown }
  | { readonly event: 'ready'; readonly attempt_id: string }

export interface ForkServerOptions {
  readonly place: ForkServerPlace
  /** Absent when only a running one is wanted. */
  readonly python?: string
  readonly preload: readonly string[]
  readonly onEvent: (event: ForkServerEvent) => void
  readonly onGone: (server: ForkServer) => void
}

type Answer = Readonly<Record<string, unknown>>

interface Waiting {
  readonly resolve: (answer: Answer) => void
  readonly reject: (error: Error) => void
}

export class ForkServer {
  readonly #socket: Socket
  readonly #waiting = new Map<number, Waiting>()
  #lastId = 0

  constructor(socket: Socket, options: ForkServerOptions) {
    this.#socket = socket
    const reader = new FrameReader()
    socket.on('data', (chunk: Buffer) => {
      for (const body of reader.feed(chunk)) this.#receive(body, options)
    })
    socket.on('error', () => socket.destroy())
    socket.on('close', () => {
      const error = computeErrors.COMPUTE_WORKER_GONE()
      for (const { reject } of this.#waiting.values()) reject(error)
      this.#waiting.clear()
      options.onGone(this)
    })
  }

  request(op: string, fields: Answer = {}): Promise<Answer> {
    this.#lastId += 1
    const id = this.#lastId
    return new Promise((resolve, reject) => {
      if (this.#socket.destroyed) {
        reject(computeErrors.COMPUTE_WORKER_GONE())
        return
      }
      this.#waiting.set(id, { resolve, reject })
      this.#socket.write(encodeJson({ id, op, ...fields }))
    })
  }

  close(): void {
    this.#socket.end()
  }

  #receive(body: Buffer, options: ForkServerOptions): void {
    const message = JSON.parse(body.toString('utf8')) as Answer
    if (message['event'] !== undefined) {
      options.onEvent(message as unknown as ForkServerEvent)
      return
    }
    const id = Number(message['id'])
    const waiting = this.#waiting.get(id)
    this.#waiting.delete(id)
    if (typeof message['error'] === 'string') {
      const error = computeErrors.COMPUTE_WORKER_FAILED('The fork server', message['error'])
      waiting?.reject(error)
      return
    }
    waiting?.resolve(message)
  }
}

/** Connects to the fork server of a place; starts it when it does not run and `python` is given. */
export async function openForkServer(options: ForkServerOptions): Promise<ForkServer | undefined> {
  const running = await greet(options)
  if (running || options.python === undefined) return running
  await start(options.python, options)
  const started = await greet(options)
  if (started) return started
  throw failed(await lastWords(options.place.log))
}

/** Undefined when nobody answers, which is so also while one is on its way out. */
async function greet(options: ForkServerOptions): Promise<ForkServer | undefined> {
  const socket = await tryConnect(options.place.socket)
  if (!socket) return undefined
  const server = new ForkServer(socket, options)
  const hello = await server.request('hello').catch((error: unknown) => {
    if (isGone(error)) return undefined
    throw error
  })
  if (!hello || hello['protocol'] === protocolVersion) return hello && server
  server.close()
  throw failed(`it speaks protocol ${String(hello['protocol'])}, this server ${protocolVersion}`)
}

/** Whether a request failed because the fork server ended, and not for a reason of its own. */
export function isGone(error: unknown): boolean {
  return error instanceof AppError && error.code === 'COMPUTE_WORKER_GONE'
}

function tryConnect(path: string): Promise<Socket | undefined> {
  return new Promise((resolve) => {
    const socket = connect(path)
    socket.once('connect', () => {
      socket.removeAllListeners('error')
      resolve(socket)
    })
    socket.once('error', () => resolve(undefined))
  })
}

/** Resolves once it listens, or another server has started it meanwhile. */
function start(python: string, options: ForkServerOptions): Promise<void> {
  const { socket, log } = options.place
  const settings = JSON.stringify({ socket, preload: options.preload })
  const args = ownModule('millrace_worker.forkserver', [settings])
  const logFd = openSync(log, 'w', 0o600)
  // The same order of sets and dicts in every attempt, so that a replay can be identical.
  const child = spawn('env', ['PYTHONHASHSEED=0', python, ...args], {
    detached: true,
    stdio: ['ignore', 'pipe', logFd],
  })
  closeSync(logFd)
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', (code) => {
      if (code === alreadyRunning) resolve()
      else void lastWords(log).then((words) => reject(failed(words)))
    })
    child.stdout?.once('data', () => {
      child.stdout?.destroy()
      child.removeAllListeners()
      child.unref()
      resolve()
    })
  })
}

function failed(words: string): AppError {
  return computeErrors.COMPUTE_WORKER_FAILED('The fork server', words)
}

async function lastWords(log: string): Promise<string> {
  const text = await readFile(log, 'utf8').catch(() => '')
  return text.trim().split('\n').slice(-5).join('\n') || 'it did not start'
}
