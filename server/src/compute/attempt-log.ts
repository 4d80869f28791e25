import { open, readFile, rename, type FileHandle } from 'node:fs/promises'
import { existsSync, readFileSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { Ctx } from '../core/index.ts'
import { attemptFolder } from './attempt-folder.ts'
import { computeErrors } from './errors.ts'
import { describeGap, findGap, widenGap, writeGap, type LogGap } from './log-gap.ts'
import { secretMask, type SecretMask } from './secret-mask.ts'

export interface LogChunk {
  /** Whole characters, with secrets hidden. */
  readonly text: string
  /** Byte position to go on from. */
  readonly nextOffset: number
  /** Nothing will come after this chunk. */
  readonly ended: boolean
}

export interface LogTail {
  readonly text: string
  /** There is more before it. */
  readonly truncated: boolean
  readonly sizeBytes: number
}

interface Range {
  readonly offset: number
  readonly limitBytes: number
}

/** What an attempt printed, from a byte position on. */
export async function readLog(ctx: Ctx, attemptId: string, range: Range): Promise<LogChunk> {
  const folder = attemptFolder(ctx, attemptId)
  // Asked first: what is written before the end is then part of what is read.
  const over = existsSync(join(folder, 'exit.json'))
  await using log = await openLog(folder, attemptId)
  if (!log) return { text: '', nextOffset: range.offset, ended: over }
  const { size } = await log.stat()
  const { bytes, gap } = await readOutsideGap(log, range, folder)
  if (gap && range.offset >= gap.from) {
    return { text: describeGap(gap), nextOffset: gap.to, ended: over && gap.to >= size }
  }
  const end = range.offset + bytes.length
  const whole = end === gap?.from || (end >= size && over) ? bytes.length : wholeCharacters(bytes)
  const nextOffset = range.offset + whole
  return {
    text: bytes.subarray(0, whole).toString('utf8'),
    nextOffset,
    ended: over && nextOffset >= size,
  }
}

/** The bytes as far as the next gap, which is given when they reach it. */
async function readOutsideGap(
  log: FileHandle,
  range: Range,
  folder: string,
): Promise<{ readonly bytes: Buffer; readonly gap?: LogGap }> {
  const mask = await findMask(folder)
  const bytes = await readMasked(log, range, mask)
  const found = await findGap(folder)
  const gap = found && widenGap(found, mask?.marginBytes ?? 0)
  if (!gap || range.offset >= gap.to || range.offset + bytes.length < gap.from) return { bytes }
  return { bytes: bytes.subarray(0, Math.max(0, gap.from - range.offset)), gap }
}

/** The end of what an attempt printed. */
export async function tailLog(ctx: Ctx, attemptId: string, maxBytes: number): Promise<LogTail> {
  const folder = attemptFolder(ctx, attemptId)
  await using log = await openLog(folder, attemptId)
  if (!log) return { text: '', truncated: false, sizeBytes: 0 }
  const mask = await findMask(folder)
  const { size } = await log.stat()
  const gap = await findGap(folder)
  const known = gap ? widenGap(gap, mask?.marginBytes ?? 0).to : 0
  const offset = Math.max(0, known, size - maxBytes)
  const bytes = await readMasked(log, { offset, limitBytes: maxBytes }, mask)
  return {
    text: bytes.subarray(offset === 0 ? 0 : firstWhole(bytes)).toString('utf8'),
    truncated: offset > 0,
    sizeBytes: size,
  }
}

async function openLog(folder: string, attemptId: string): Promise<FileHandle | undefined> {
  try {
    return await open(join(folder, 'log'), 'r')
  } catch (error) {
    if (!existsSync(join(folder, 'spec.json'))) {
      throw computeErrors.COMPUTE_ATTEMPT_NOT_FOUND(attemptId).with({ cause: error })
    }
    return undefined
  }
}

const scrubBytes = 1 << 20

/**
 * Hides the secrets in a log that is complete, for good, and forgets them. Positions stay what they
 * were; readers see the old file or the new one.
 */
export async function scrubLog(folder: string): Promise<void> {
  const secrets = join(folder, 'secrets.jsonl')
  if (!existsSync(secrets)) return
  const log = join(folder, 'log')
  // Most tasks print nothing or little: the whole of it is looked at here and now.
  const { size } = statSync(log, { throwIfNoEntry: false }) ?? { size: 0 }
  if (size > 0) {
    const mask = await findMask(folder)
    if (mask && (size > scrubBytes || hidesIn(readFileSync(log), mask))) {
      await replaceMasked(folder, mask)
    }
  }
  rmSync(secrets, { force: true })
}

function hidesIn(bytes: Buffer, mask: SecretMask): boolean {
  return !mask.apply(bytes).equals(bytes)
}

async function replaceMasked(folder: string, mask: SecretMask): Promise<void> {
  const path = join(folder, 'log')
  const found = await findGap(folder)
  const gap = found && widenGap(found, mask.marginBytes)
  if (gap) await writeGap(folder, gap)
  await using log = await open(path, 'r')
  const { size } = await log.stat()
  const pieces = [...piecesOf(size, gap)]
  let clean = true
  for (const piece of pieces) {
    if (clean) clean = (await readMasked(log, piece)).equals(await readMasked(log, piece, mask))
  }
  if (clean && !gap) return
  const made = `${path}.masked`
  await using masked = await open(made, 'w', 0o600)
  for (const piece of pieces) {
    const bytes = await readMasked(log, piece, mask)
    await masked.write(bytes, 0, bytes.length, piece.offset)
  }
  await masked.truncate(size)
  await rename(made, path)
}

function* piecesOf(size: number, gap: LogGap | undefined): Generator<Range> {
  const { from: gapFrom, to: gapTo } = gap ?? { from: size, to: size }
  for (const [from, to] of [[0, gapFrom] as const, [gapTo, size] as const]) {
    for (let offset = from; offset < to; offset += scrubBytes) {
      yield { offset, limitBytes: Math.min(scrubBytes, to - offset) }
    }
  }
}

async function findMask(folder: string): Promise<SecretMask | undefined> {
  const text = await readFile(join(folder, 'secrets.jsonl'), 'utf8').catch(() => '')
  const lines = text.split('\n').filter((line) => line !== '')
  return secretMask(lines.map((line) => JSON.parse(line) as string))
}

async function readMasked(log: FileHandle, range: Range, mask?: SecretMask): Promise<Buffer> {
  const margin = mask?.marginBytes ?? 0
  const start = Math.max(0, range.offset - margin)
  const buffer = Buffer.alloc(range.limitBytes + (range.offset - start) + margin)
  const { bytesRead } = await log.read(buffer, 0, buffer.length, start)
  const read = buffer.subarray(0, bytesRead)
  const masked = mask ? mask.apply(read) : read
  const from = range.offset - start
  return masked.subarray(from, from + range.limitBytes)
}

const continuation = (byte: number) => (byte & 0xc0) === 0x80

function firstWhole(bytes: Buffer): number {
  let at = 0
  while (at < Math.min(4, bytes.length) && continuation(bytes[at] ?? 0)) at += 1
  return at
}

/** How many bytes from the start end with a whole UTF-8 character. */
function wholeCharacters(bytes: Buffer): number {
  let start = bytes.length - 1
  while (start >= Math.max(0, bytes.length - 4) && continuation(bytes[start] ?? 0)) start -= 1
  const lead = bytes[start] ?? 0
  const needed = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc0 ? 2 : 1
  return bytes.length - start >= needed ? bytes.length : Math.max(0, start)
}
