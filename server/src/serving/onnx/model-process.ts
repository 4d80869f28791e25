/**
 * The server's end of the model process.
 *
 *   none → (first model) running → (no model open for `lingerMs`) ended → none
 *                           ↘ died: what it was asked fails → (next call) running, models opened again
 *
 * One process runs all converted models of a server. It lives apart because onnxruntime keeps 25 MiB
 * resident for as long as its process lives, and because a crash in it is then not the server's.
 * Waiting calls keep this process alive; a quiet model process does not.
 */
import { spawn, type ChildProcess } from 'node:child_process'
import type { Socket } from 'node:net'
import { execPath } from 'node:process'
import { fileURLToPath } from 'node:url'
import { servingErrors } from '../errors.ts'
import {
  decodeAnswer,
  encodeRequest,
  FrameReader,
  type Answer,
  type Command,
  type ModelInput,
} from './frames.ts'

const lingerMs = 10_000
const entry = fileURLToPath(new URL('onnx-process.ts', import.meta.url))
const flags = ['--disable-warning=ExperimentalWarning', '--max-semi-space-size=2']

interface Waiting {
  readonly resolve: (data: Float32Array) => void
  readonly reject: (error: Error) => void
}

class ModelProcess {
  readonly #child: ChildProcess
  readonly #socket: Socket
  readonly #waiting = new Map<number, Waiting>()
  readonly #reader = new FrameReader()
  readonly #sessions = new Set<number>()
  #linger: NodeJS.Timeout | undefined
  #lastId = 0
  isOver = false

  constructor() {
    this.#child = spawn(execPath, [...flags, entry], {
      // Nothing of the server's environment is the model's business.
      env: { MALLOC_ARENA_MAX: '2' },
      stdio: ['ignore', 'ignore', 'inherit', 'pipe'],
    })
    this.#socket = this.#child.stdio[3] as Socket
    this.#socket.on('data', (chunk) =>
      this.#reader.push(chunk, (frame) => this.#settle(decodeAnswer(frame))),
    )
    this.#socket.on('error', (error) => this.#end(error.message))
    this.#child.on('error', (error) => this.#end(error.message))
    this.#child.on('exit', (code, signal) => this.#end(`it ended with ${signal ?? code}`))
    this.#hold()
  }

  async open(session: number, path: string): Promise<void> {
    this.#sessions.add(session)
    clearTimeout(this.#linger)
    try {
      await this.send({ op: 'open', session, path })
    } catch (error) {
      this.#forget(session)
      throw error
    }
  }

  async close(session: number): Promise<void> {
    if (this.isOver) return
    await this.send({ op: 'close', session }).catch(() => {})
    this.#forget(session)
  }

  send(command: Command): Promise<Float32Array> {
    if (this.isOver) return Promise.reject(new ProcessEnded('it had ended'))
    const id = ++this.#lastId
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject })
      if (this.#waiting.size === 1) this.#hold()
      this.#socket.write(encodeRequest({ ...command, id }))
    })
  }

  #forget(session: number): void {
    this.#sessions.delete(session)
    if (this.#sessions.size > 0) return
    clearTimeout(this.#linger)
    this.#linger = setTimeout(() => {
      if (current === this) current = undefined
      this.isOver = true
      this.#socket.end()
    }, lingerMs).unref()
  }

  #settle(answer: Answer): void {
    const waiting = this.#waiting.get(answer.id)
    this.#waiting.delete(answer.id)
    if (this.#waiting.size === 0) this.#hold()
    if ('error' in answer) waiting?.reject(new Error(answer.error))
    else waiting?.resolve(answer.data)
  }

  #end(reason: string): void {
    this.isOver = true
    clearTimeout(this.#linger)
    for (const { reject } of this.#waiting.values()) reject(new ProcessEnded(reason))
    this.#waiting.clear()
    this.#hold()
    if (current === this) current = undefined
  }

  #hold(): void {
    if (this.#waiting.size > 0) {
      this.#child.ref()
      this.#socket.ref()
    } else {
      this.#child.unref()
      this.#socket.unref()
    }
  }
}

class ProcessEnded extends Error {
  override readonly name = 'ProcessEnded'
}

let current: ModelProcess | undefined
let lastSession = 0

interface Opened {
  readonly process: ModelProcess
  readonly session: number
}

/** A graph in the model process; opened there again when that process has been lost. */
export interface OnnxModel extends AsyncDisposable {
  /** The first output's values, row by row. */
  readonly run: (input: ModelInput) => Promise<Float32Array>
}

/** @param model named in errors: `churn/3` */
export async function openInProcess(model: string, path: string): Promise<OnnxModel> {
  let opening = openIn(path)
  await opening
  const open = async (): Promise<Opened> => {
    const known = opening
    const found = await known.catch(() => undefined)
    if (found && !found.process.isOver) return found
    // Of several calls that find it lost, the first opens it for all.
    if (opening === known) opening = openIn(path)
    return opening
  }
  return {
    async run(input) {
      try {
        const { process, session } = await open()
        return await process.send({ op: 'run', session, input })
      } catch (cause) {
        const { message } = cause as Error
        const failed =
          cause instanceof ProcessEnded
            ? servingErrors.SERVING_PROCESS_ENDED(model, message)
            : servingErrors.SERVING_MODEL_FAILED(model, message)
        throw failed.with({ cause })
      }
    },
    async [Symbol.asyncDispose]() {
      const found = await opening.catch(() => undefined)
      await found?.process.close(found.session)
    },
  }
}

async function openIn(path: string): Promise<Opened> {
  if (!current || current.isOver) current = new ModelProcess()
  const process = current
  const session = ++lastSession
  await process.open(session, path)
  return { process, session }
}
