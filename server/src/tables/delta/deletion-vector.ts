/**
 * Deletion vectors: the rows of a file that are no longer part of the table.
 *
 * A vector is a set of row numbers, stored inside the action (`i`), in a file beside the data (`u`) or
 * at an absolute path (`p`). Format: the Delta protocol's "Deletion Vector Format", which holds
 * 32-bit Roaring bitmaps by the upper half of the row number (RoaringFormatSpec, portable).
 */
import { openSync, readSync, closeSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { join } from 'node:path'
import type { DeletionVector } from './actions.ts'

const magic = 1681511377
const z85 = '0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-:+=^!/*?&<>()[]{}@%$#'

/** The row numbers in a vector, ascending. */
export function readDeletedRows(location: string, vector: DeletionVector): number[] {
  return parseRows(readBytes(location, vector))
}

function readBytes(location: string, vector: DeletionVector): Buffer {
  if (vector.storageType === 'i') {
    return decodeZ85(vector.pathOrInlineDv).subarray(0, vector.sizeInBytes)
  }
  // Synchronous on purpose: a vector is a few kilobytes, and a scan is planned in one go.
  const file = openSync(vectorPath(location, vector), 'r')
  try {
    const bytes = Buffer.alloc(vector.sizeInBytes)
    // The size of the vector, 4 bytes, is in front of it.
    readSync(file, bytes, 0, bytes.length, (vector.offset ?? 1) + 4)
    return bytes
  } finally {
    closeSync(file)
  }
}

function vectorPath(location: string, vector: DeletionVector): string {
  const { storageType, pathOrInlineDv } = vector
  if (storageType === 'p') {
    return pathOrInlineDv.startsWith('file:') ? fileURLToPath(pathOrInlineDv) : pathOrInlineDv
  }
  const prefix = pathOrInlineDv.slice(0, -20)
  const hex = decodeZ85(pathOrInlineDv.slice(-20)).toString('hex')
  const uuid = hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
  return join(location, prefix, `deletion_vector_${uuid}.bin`)
}

function decodeZ85(text: string): Buffer {
  const bytes = Buffer.alloc((text.length / 5) * 4)
  for (let at = 0; at < text.length; at += 5) {
    let value = 0
    for (const char of text.slice(at, at + 5)) value = value * 85 + z85.indexOf(char)
    bytes.writeUInt32BE(value, (at / 5) * 4)
  }
  return bytes
}

function parseRows(bytes: Buffer): number[] {
  if (bytes.readInt32LE(0) !== magic) {
    throw new Error('A deletion vector does not begin with the number that the protocol names')
  }
  const rows: number[] = []
  const bitmaps = Number(bytes.readBigInt64LE(4))
  let at = 12
  for (let i = 0; i < bitmaps; i++) {
    const high = bytes.readUInt32LE(at) * 2 ** 32
    at = parseBitmap(bytes, at + 4, (row) => rows.push(high + row))
  }
  return rows
}

const cookieWithoutRuns = 12346
const cookieWithRuns = 12347
const offsetsFrom = 4
const largestArray = 4096

type Emit = (row: number) => void

/** Reads one 32-bit Roaring bitmap; answers where it ends. */
function parseBitmap(bytes: Buffer, start: number, emit: Emit): number {
  const cookie = bytes.readUInt32LE(start)
  const hasRuns = (cookie & 0xffff) === cookieWithRuns
  if (!hasRuns && cookie !== cookieWithoutRuns) {
    throw new Error('A deletion vector holds something other than a Roaring bitmap')
  }
  const count = hasRuns ? (cookie >>> 16) + 1 : bytes.readUInt32LE(start + 4)
  let at = start + (hasRuns ? 4 : 8)
  const runFlags = bytes.subarray(at, at + (hasRuns ? (count + 7) >> 3 : 0))
  at += runFlags.length
  const header = at
  at += 4 * count
  if (!hasRuns || count >= offsetsFrom) at += 4 * count
  for (let i = 0; i < count; i++) {
    const high = bytes.readUInt16LE(header + 4 * i) << 16
    const cardinality = bytes.readUInt16LE(header + 4 * i + 2) + 1
    const isRun = ((runFlags[i >> 3] ?? 0) >> (i & 7)) & 1
    const read = isRun ? readRuns : cardinality > largestArray ? readBits : readArray
    at = read(bytes, at, { cardinality, emit: (low) => emit((high | low) >>> 0) })
  }
  return at
}

interface Container {
  readonly cardinality: number
  readonly emit: Emit
}

function readArray(bytes: Buffer, at: number, { cardinality, emit }: Container): number {
  for (let i = 0; i < cardinality; i++) emit(bytes.readUInt16LE(at + 2 * i))
  return at + 2 * cardinality
}

function readBits(bytes: Buffer, at: number, { emit }: Container): number {
  for (let i = 0; i < 8192; i++) {
    const byte = bytes[at + i] ?? 0
    for (let bit = 0; bit < 8; bit++) if ((byte >> bit) & 1) emit(8 * i + bit)
  }
  return at + 8192
}

function readRuns(bytes: Buffer, at: number, { emit }: Container): number {
  const runs = bytes.readUInt16LE(at)
  for (let i = 0; i < runs; i++) {
    const first = bytes.readUInt16LE(at + 2 + 4 * i)
    const more = bytes.readUInt16LE(at + 4 + 4 * i)
    for (let low = first; low <= first + more; low++) emit(low)
  }
  return at + 2 + 4 * runs
}
