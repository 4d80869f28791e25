/**
 * What the server and its model process say to each other: frames of eight 32-bit numbers and a body,
 * in the byte order of the machine they are both on.
 *
 *   request  [bytes of the body, id, op, session, rows, numbers a row, codes a row, bytes of a number]
 *   answer   [bytes of the body, id, 1 done or 0 failed, 0 …]
 *
 * Rows cross as they are given to the model, not as JSON: one batch is one write and one read.
 */
import { Buffer } from 'node:buffer'

const headerNumbers = 8
const headerBytes = headerNumbers * 4

/** Values of many rows, row by row. */
export interface Matrix<Data> {
  readonly data: Data
  /** Values of one row. */
  readonly width: number
}

export interface ModelInput {
  readonly rows: number
  readonly numbers: Matrix<Float32Array | Float64Array> | undefined
  readonly codes: Matrix<Int32Array> | undefined
}

export type Command =
  | { readonly op: 'open'; readonly session: number; readonly path: string }
  | { readonly op: 'run'; readonly session: number; readonly input: ModelInput }
  | { readonly op: 'close'; readonly session: number }

export type Request = Command & { readonly id: number }

export type Answer =
  | { readonly id: number; readonly data: Float32Array }
  | { readonly id: number; readonly error: string }

const ops = ['open', 'run', 'close'] as const

export function encodeRequest(request: Request): Buffer {
  const { id, session } = request
  const op = ops.indexOf(request.op)
  if (request.op === 'open') return encode([id, op, session], [Buffer.from(request.path)])
  if (request.op === 'close') return encode([id, op, session], [])
  const { rows, numbers, codes } = request.input
  const size = numbers?.data.BYTES_PER_ELEMENT ?? 0
  return encode(
    [id, op, session, rows, numbers?.width ?? 0, codes?.width ?? 0, size],
    [numbers?.data, codes?.data].flatMap((data) => (data ? [bytesOf(data)] : [])),
  )
}

export function decodeRequest({ header, body }: Frame): Request {
  const [, id = 0, op = 0, session = 0] = header
  switch (ops[op] ?? 'close') {
    case 'open':
      return { op: 'open', id, session, path: body.toString() }
    case 'run':
      return { op: 'run', id, session, input: decodeInput(header, body) }
    case 'close':
      return { op: 'close', id, session }
  }
}

function decodeInput(header: Uint32Array, body: Buffer): ModelInput {
  const [, , , , rows = 0, numbersWidth = 0, codesWidth = 0, size = 0] = header
  const split = rows * numbersWidth * size
  const numbers = copyOf(body.subarray(0, split))
  return {
    rows,
    numbers:
      size === 0
        ? undefined
        : {
            data: size === 8 ? new Float64Array(numbers) : new Float32Array(numbers),
            width: numbersWidth,
          },
    codes:
      codesWidth === 0
        ? undefined
        : { data: new Int32Array(copyOf(body.subarray(split))), width: codesWidth },
  }
}

export function encodeAnswer(answer: Answer): Buffer {
  if ('error' in answer) return encode([answer.id, 0], [Buffer.from(answer.error)])
  return encode([answer.id, 1], [bytesOf(answer.data)])
}

export function decodeAnswer({ header, body }: Frame): Answer {
  const [, id = 0, isDone = 0] = header
  if (isDone === 0) return { id, error: body.toString() }
  return { id, data: new Float32Array(copyOf(body)) }
}

function encode(numbers: readonly number[], parts: readonly Buffer[]): Buffer {
  const header = new Uint32Array(headerNumbers)
  header[0] = parts.reduce((bytes, part) => bytes + part.length, 0)
  header.set(numbers, 1)
  return Buffer.concat([bytesOf(header), ...parts])
}

function bytesOf({ buffer, byteOffset, byteLength }: ArrayBufferView): Buffer {
  return Buffer.from(buffer as ArrayBuffer, byteOffset, byteLength)
}

// What arrives may lie at any address; numbers may not.
function copyOf({ buffer, byteOffset, byteLength }: Buffer): ArrayBuffer {
  return (buffer as ArrayBuffer).slice(byteOffset, byteOffset + byteLength)
}

export interface Frame {
  readonly header: Uint32Array
  readonly body: Buffer
}

/** Cuts what arrives into frames. */
export class FrameReader {
  #parts: Buffer[] = []
  #held = 0
  #wanted = headerBytes

  push(chunk: Buffer, take: (frame: Frame) => void): void {
    this.#parts.push(chunk)
    this.#held += chunk.length
    if (this.#held < this.#wanted) return
    const data = this.#parts.length === 1 ? chunk : Buffer.concat(this.#parts)
    let start = 0
    for (;;) {
      const left = data.length - start
      const header = left < headerBytes ? undefined : readHeader(data, start)
      this.#wanted = headerBytes + (header?.[0] ?? 0)
      if (!header || left < this.#wanted) break
      const end = start + this.#wanted
      take({ header, body: data.subarray(start + headerBytes, end) })
      start = end
    }
    this.#parts = start < data.length ? [data.subarray(start)] : []
    this.#held = data.length - start
  }
}

function readHeader(data: Buffer, start: number): Uint32Array {
  return new Uint32Array(copyOf(data.subarray(start, start + headerBytes)))
}
