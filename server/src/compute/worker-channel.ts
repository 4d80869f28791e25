import type { Socket } from 'node:net'
import { computeErrors } from './errors.ts'
import { FrameReader } from './frames.ts'
import type { TaskError } from './types.ts'

const jsonKind = 0
const bytesKind = 1
const headBytes = 9

interface Call {
  readonly resolve: (answer: unknown) => void
  readonly reject: (error: Error) => void
}

/** One connection to a worker process: calls go out as they come, answers come back in order. */
export class WorkerChannel {
  readonly #socket: Socket
  readonly #name: string
  readonly #calls = new Map<number, Call>()
  #lastId = 0
  #unsent: Buffer[] = []

  constructor(socket: Socket, name: string) {
    this.#socket = socket
    this.#name = name
    const reader = new FrameReader()
    socket.on('data', (chunk: Buffer) => {
      for (const body of reader.feed(chunk)) this.#receive(body)
    })
    socket.on('error', () => socket.destroy())
  }

  get pending(): number {
    return this.#calls.size
  }

  call(payload: unknown): Promise<unknown> {
    const isBytes = Buffer.isBuffer(payload)
    const body = isBytes ? payload : Buffer.from(JSON.stringify(payload))
    this.#lastId = (this.#lastId + 1) >>> 0
    const id = this.#lastId
    const head = Buffer.allocUnsafe(headBytes)
    head.writeUInt32BE(body.length + headBytes - 4, 0)
    head.writeUInt32BE(id, 4)
    head.writeUInt8(isBytes ? bytesKind : jsonKind, 8)
    return new Promise((resolve, reject) => {
      this.#calls.set(id, { resolve, reject })
      // Calls of one turn leave together: one system call, and one batch on the other side.
      if (this.#unsent.length === 0) setImmediate(() => this.#flush())
      this.#unsent.push(head, body)
    })
  }

  rejectAll(error: Error): void {
    for (const { reject } of this.#calls.values()) reject(error)
    this.#calls.clear()
  }

  close(): void {
    this.#socket.end()
  }

  #flush(): void {
    const frames = this.#unsent
    this.#unsent = []
    if (!this.#socket.destroyed) this.#socket.write(Buffer.concat(frames))
  }

  #receive(body: Buffer): void {
    const id = body.readUInt32BE(0)
    const status = body.readUInt8(4)
    const payload = body.subarray(5)
    const call = this.#calls.get(id)
    this.#calls.delete(id)
    if (status === bytesKind) {
      call?.resolve(payload)
      return
    }
    const decoded: unknown = JSON.parse(payload.toString('utf8'))
    if (status === jsonKind) {
      call?.resolve(decoded)
      return
    }
    const error = decoded as TaskError
    call?.reject(
      computeErrors
        .COMPUTE_CALL_FAILED(this.#name, error.type, error.message)
        .with({ details: [error] }),
    )
  }
}
