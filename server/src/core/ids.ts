import { randomBytes, randomFillSync } from 'node:crypto'

const pool = Buffer.alloc(4096)
let pooled = 0

/** Random hex digits; asking the system for many bytes at once is far cheaper than for a few. */
function randomHex(bytes: number): string {
  if (pooled < bytes) {
    randomFillSync(pool)
    pooled = pool.length
  }
  pooled -= bytes
  return pool.toString('hex', pooled, pooled + bytes)
}

let lastMs = 0
let counter = 0

/**
 * A time-ordered text id: 12 hex digits of milliseconds, 4 of a counter, 16 random. Ids made by one
 * process for the same millisecond sort in the order they were made, also when it asks for ids of
 * other times in between.
 */
export function newId(nowMs: number = Date.now()): string {
  // Starting over only now and then keeps that order, and leaves room for a crowded millisecond.
  counter = nowMs !== lastMs && counter > 0x7fff ? 0 : (counter + 1) & 0xffff
  lastMs = nowMs
  const time = nowMs.toString(16).padStart(12, '0')
  return time + counter.toString(16).padStart(4, '0') + randomHex(8)
}

/** 32 random hex digits, the shape of MLflow's run ids. */
export function newHexId(): string {
  return randomHex(16)
}

let lastIntId = 0

/**
 * A positive integer below 2^53, time-ordered, for wire formats that want int64 ids. Ids made by
 * one process are different and grow.
 */
export function newIntId(nowMs: number = Date.now()): number {
  const slice = randomBytes(2).readUInt16BE() & 0xfff
  lastIntId = Math.max(lastIntId + 1, (nowMs - 1_700_000_000_000) * 4096 + slice)
  return lastIntId
}
