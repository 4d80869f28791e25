/**
 * What every bench shares: peers as processes, load over keep-alive connections, and alternating runs
 * whose medians are compared. A figure alone means little on a shared machine; the ratio within one run
 * is what counts.
 */
import { spawn } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { connect, createServer, type Socket } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'

export interface Side {
  readonly name: string
  readonly version: string
  /** What has happened when a request is answered, for example `SQLite WAL, synchronous=FULL`. */
  readonly durability: string
  /** One timed run; higher is better, unless the comparison says otherwise. */
  readonly measure: () => Promise<number>
}

export interface Comparison {
  readonly medians: readonly number[]
  /** How many times better the first side's median is than the best of the others'. */
  readonly ratio: number
}

export interface CompareOptions {
  readonly title: string
  readonly unit: string
  /** Runs of each side, taken in turn. @default 5 */
  readonly runs?: number
  /** @default 'higher' */
  readonly better?: 'higher' | 'lower'
}

/** Measures the sides in turn, prints every median and the ratio of the first to the best other. */
export async function compare(
  sides: readonly Side[],
  { title, unit, runs = 5, better = 'higher' }: CompareOptions,
): Promise<Comparison> {
  const figures = sides.map((): number[] => [])
  for (let run = 0; run < runs; run += 1) {
    for (const [index, side] of sides.entries()) figures[index]?.push(await side.measure())
  }
  const medians = figures.map(median)
  const [ours = Number.NaN, ...others] = medians
  const ratio = better === 'higher' ? ours / Math.max(...others) : Math.min(...others) / ours
  console.log(`\n${title} (median of ${runs} alternating runs)`)
  for (const [index, side] of sides.entries()) {
    const all = figures[index]?.map(show).join(', ')
    const shown = show(medians[index] ?? Number.NaN)
    console.log(`  ${side.name} ${side.version} (${side.durability}): ${shown} ${unit}  [${all}]`)
  }
  if (others.length > 0) console.log(`  ratio: ${ratio.toFixed(1)}×`)
  return { medians, ratio }
}

function show(figure: number): string {
  return figure.toLocaleString('en', { maximumFractionDigits: figure < 100 ? 2 : 0 })
}

export function median(figures: readonly number[]): number {
  const sorted = figures.toSorted((a, b) => a - b)
  const middle = Math.floor(sorted.length / 2)
  const upper = sorted[middle] ?? Number.NaN
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2
}

export interface LoadOptions {
  readonly url: string
  readonly clients: number
  readonly seconds: number
  /** The next request of one client; called again and again. */
  readonly next: (client: number, count: number) => Request
  /** Whether requests that fail are counted instead of ending the bench. @default false */
  readonly mayFail?: boolean
}

export interface Request {
  readonly method: string
  readonly path: string
  readonly body?: string | Buffer
  /** @default 'application/json' */
  readonly contentType?: string
  readonly headers?: Readonly<Record<string, string>>
}

export interface LoadResult {
  /** Those that were answered with 2xx; the other figures are of these too. */
  readonly requests: number
  readonly perSecond: number
  readonly p50Ms: number
  readonly p99Ms: number
  readonly failures: number
}

/** Keeps every client busy with one request at a time. Throws when answers are not 2xx, unless they may be. */
export async function load(options: LoadOptions): Promise<LoadResult> {
  const { url, clients, seconds, next, mayFail = false } = options
  const { hostname, port } = new URL(url)
  const latencies: number[] = []
  let failures = 0
  const started = performance.now()
  const end = started + seconds * 1000
  const client = async (index: number): Promise<void> => {
    let connection = await Connection.open(hostname, Number(port))
    for (let count = 0; performance.now() < end; count += 1) {
      const sent = performance.now()
      // 0 stands for a connection that broke; a peer that closes one gets a new one.
      const status = await connection.send(next(index, count)).catch((error: unknown) => {
        if (mayFail) return 0
        throw error
      })
      if (status >= 200 && status <= 299) latencies.push(performance.now() - sent)
      else failures += 1
      if (status === 0) connection = await Connection.open(hostname, Number(port))
    }
    connection[Symbol.dispose]()
  }
  await Promise.all(Array.from({ length: clients }, (_, index) => client(index)))
  const elapsed = (performance.now() - started) / 1000
  latencies.sort((a, b) => a - b)
  if (failures > 0 && !mayFail) {
    throw new Error(`${failures} of ${failures + latencies.length} requests failed`)
  }
  return {
    requests: latencies.length,
    perSecond: latencies.length / elapsed,
    p50Ms: latencies[Math.floor(latencies.length * 0.5)] ?? Number.NaN,
    p99Ms: latencies[Math.floor(latencies.length * 0.99)] ?? Number.NaN,
    failures,
  }
}

/** One keep-alive HTTP/1.1 connection, as thin as it can be so that the generator is not what is measured. */
class Connection implements Disposable {
  readonly #socket: Socket
  #received = ''
  #answer: ((status: number) => void) | undefined
  #fail: ((error: Error) => void) | undefined

  private constructor(socket: Socket) {
    this.#socket = socket
    socket.setNoDelay(true)
    socket.setEncoding('latin1')
    socket.on('data', (chunk: string) => this.#take(chunk))
    socket.on('error', (error) => this.#fail?.(error))
    socket.on('close', () => this.#fail?.(new Error('The server closed the connection')))
  }

  static async open(host: string, port: number): Promise<Connection> {
    const socket = connect({ host, port })
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve)
      socket.once('error', reject)
    })
    return new Connection(socket)
  }

  /** Resolves with the answer's status once all of it is here. */
  send({
    method,
    path,
    body = '',
    contentType = 'application/json',
    headers,
  }: Request): Promise<number> {
    const length = Buffer.byteLength(body)
    const more = Object.entries(headers ?? {}).map(([name, value]) => `${name}: ${value}\r\n`)
    const head = `${method} ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: ${contentType}\r\nContent-Length: ${length}\r\n${more.join('')}\r\n`
    return new Promise((resolve, reject) => {
      this.#answer = resolve
      this.#fail = reject
      if (typeof body === 'string') {
        this.#socket.write(head + body)
        return
      }
      this.#socket.write(head)
      this.#socket.write(body)
    })
  }

  #take(chunk: string): void {
    this.#received += chunk
    const headEnd = this.#received.indexOf('\r\n\r\n')
    if (headEnd === -1) return
    const head = this.#received.slice(0, headEnd).toLowerCase()
    const length = /\r\ncontent-length: *(\d+)/.exec(head)?.[1]
    const end =
      length === undefined
        ? this.#received.indexOf('0\r\n\r\n', headEnd) + 5
        : headEnd + 4 + Number(length)
    if (end < headEnd || this.#received.length < end) return
    const status = Number(head.slice(9, 12))
    this.#received = ''
    this.#fail = undefined
    this.#answer?.(status)
  }

  [Symbol.dispose](): void {
    this.#fail = undefined
    this.#socket.destroy()
  }
}

export interface Peer extends AsyncDisposable {
  readonly url: string
  readonly pid: number
  /** Resident bytes of the process and all its children. */
  readonly residentBytes: () => Promise<number>
  /** Processor time that the process and all its children have used so far. */
  readonly cpuMs: () => Promise<number>
}

export interface PeerCommand {
  readonly command: string
  readonly args: readonly string[]
  readonly url: string
  readonly env?: Readonly<Record<string, string>>
  readonly cwd?: string
  /** Answers 200 once the peer can serve. @default '/health' */
  readonly readyPath?: string
}

/** Starts a process in a group of its own and waits until it serves; disposing it ends the group. */
export async function startPeer(peer: PeerCommand): Promise<Peer> {
  const child = spawn(peer.command, peer.args, {
    env: { ...process.env, ...peer.env },
    cwd: peer.cwd,
    detached: true,
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let stderr = ''
  child.stderr.on('data', (chunk: Buffer) => {
    stderr = (stderr + chunk.toString()).slice(-4000)
  })
  const pid = child.pid ?? 0
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  const started: Peer = {
    url: peer.url,
    pid,
    residentBytes: () => residentBytesOf(pid),
    cpuMs: () => cpuMsOf(pid),
    async [Symbol.asyncDispose]() {
      if (child.exitCode === null && child.signalCode === null) process.kill(-pid, 'SIGTERM')
      await Promise.race([exited, delay(10_000)])
      if (child.exitCode === null && child.signalCode === null) process.kill(-pid, 'SIGKILL')
    },
  }
  for (let tries = 0; tries < 1800; tries += 1) {
    if (child.exitCode !== null) throw new Error(`${peer.command} ended at once:\n${stderr}`)
    const ready = await fetch(peer.url + (peer.readyPath ?? '/health')).catch(() => undefined)
    if (ready?.ok) return started
    await delay(100)
  }
  await started[Symbol.asyncDispose]()
  throw new Error(`${peer.command} did not serve at ${peer.url} within 180 s:\n${stderr}`)
}

async function residentBytesOf(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '')
  const own = Number(/VmRSS:\s*(\d+) kB/.exec(status)?.[1] ?? 0) * 1024
  const ofChildren = await Promise.all((await childrenOf(pid)).map(residentBytesOf))
  return own + ofChildren.reduce((sum, bytes) => sum + bytes, 0)
}

/** Linux counts in hundredths of a second. */
async function cpuMsOf(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  const own = (Number(fields[11] ?? 0) + Number(fields[12] ?? 0)) * 10
  const ofChildren = await Promise.all((await childrenOf(pid)).map(cpuMsOf))
  return own + ofChildren.reduce((sum, ms) => sum + ms, 0)
}

async function childrenOf(pid: number): Promise<number[]> {
  const path = `/proc/${pid}/task/${pid}/children`
  const children = await readFile(path, 'utf8').catch(() => '')
  return children.split(' ').filter(Boolean).map(Number)
}

/** A port that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  await new Promise<void>((resolve) => server.close(() => resolve()))
  if (address === null || typeof address === 'string') throw new Error('No port was given')
  return address.port
}
