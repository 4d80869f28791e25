import { open, readFile, rename, type FileHandle } from 'node:fs/promises'
import { existsSync, readFileSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { Ctx } from '../core/index.ts'
import { attemptFolder } from './attempt-folder.ts'
import { computeErrors } from './errors.ts'
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
  const bytes = await readMasked(log, range, await findMask(folder))
  const last = range.offset + bytes.length >= size
  const whole = last && over ? bytes.length : wholeCharacters(bytes)
  const nextOffset = range.offset + whole
  return {
    text: bytes.subarray(0, whole).toString('utf8'),
    nextOffset,
    ended: over && nextOffset >= size,
  }
}

/** The end of what an attempt printed. */
export async function tailLog(ctx: Ctx, attemptId: string, maxBytes: number): Promise<LogTail> {
  const folder = attemptFolder(ctx, attemptId)
  await using log = await openLog(folder, attemptId)
  if (!log) return { text: '', truncated: false, sizeBytes: 0 }
  const { size } = await log.stat()
  const offset = Math.max(0, size - maxBytes)
  const bytes = await readMasked(log, { offset, limitBytes: maxBytes }, await findMask(folder))
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
      await replaceMasked(log, mask)
    }
  }
  rmSync(secrets, { force: true })
}

function hidesIn(bytes: Buffer, mask: SecretMask): boolean {
  return !mask.apply(bytes).equals(bytes)
}

async function replaceMasked(path: string, mask: SecretMask): Promise<void> {
  await using log = await open(path, 'r')
  const { size } = await log.stat()
  const chunk = (offset: number, by?: SecretMask) =>
    readMasked(log, { offset, limitBytes: scrubBytes }, by)
  let clean = true
  for (let offset = 0; clean && offset < size; offset += scrubBytes) {
    clean = (await chunk(offset)).equals(await chunk(offset, mask))
  }
  if (clean) return
  const made = `${path}.masked`
  await using masked = await open(made, 'w', 0o600)
  for (let offset = 0; offset < size; offset += scrubBytes) {
    await masked.writeFile(await chunk(offset, mask))
  }
  await rename(made, path)
}

async function findMask(folder: string): Promise<SecretMask | undefined> {
  const text = await readFile(join(folder, 'secrets.jsonl'), 'utf8').catch(() => '')
  const lines = text.split('\n').filter((line) => line !== '')
  return secretMask(lines.map((line) => JSON.parse(line) as string))
}

async function readMasked(
  log: FileHandle,
  range: Range,
  mask: SecretMask | undefined,
): Promise<Buffer> {
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
