/**
 * A log in a folder of this machine.
 *
 * An entry is written and synced under a hidden name, then linked to its own name. link(2) fails
 * when the name exists, so of two processes that want one version exactly one gets it, and nobody
 * ever sees half an entry:
 *
 *   .tmp-… written → synced → linked as N.json (won | taken) → .tmp-… unlinked → folder synced
 */
import { randomUUID } from 'node:crypto'
import {
  closeSync,
  existsSync,
  fstatSync,
  fsync,
  futimesSync,
  linkSync,
  openSync,
  readFileSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs'
import { copyFile, mkdir, readdir, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { entryName, type LogEntry, type LogStore } from './log-store.ts'

const sync = promisify(fsync)

export function openLocalLog(folder: string): LogStore {
  const at = (name: string) => join(folder, name)
  return {
    readEntry: async (version) => readEntry(at(entryName(version))),
    putEntry: (version, entry) => putEntry(folder, at(entryName(version)), entry),
    listNames: () => listNames(folder),
    readText: (name) => readFile(at(name), 'utf8').catch(whenMissing(undefined)),
    writeText: async (name, text) => {
      const hidden = at(`.tmp-${randomUUID()}`)
      await writeSynced(hidden, { text })
      await rename(hidden, at(name))
      await syncFolder(folder)
    },
    adopt: (path, name) => moveInto(path, at(name)),
    deleteNames: async (names) => {
      for (const name of names) await rm(at(name), { force: true })
    },
    pathOf: at,
    create: async () => {
      await mkdir(folder, { recursive: true })
      await syncFolder(join(folder, '..'))
    },
  }
}

// Synchronous on purpose: an entry is a few hundred bytes in the page cache, and a log without a
// checkpoint is thousands of them (10,000: 0.2 s, through the thread pool 1.5 s).
function readEntry(path: string): LogEntry | undefined {
  // Most calls ask for a version that is not there yet; an error for each would cost more.
  if (!existsSync(path)) return undefined
  let file: number
  try {
    file = openSync(path, 'r')
  } catch (error) {
    return whenMissing(undefined)(error as NodeJS.ErrnoException)
  }
  try {
    return { text: readFileSync(file, 'utf8'), timestampMs: Math.round(fstatSync(file).mtimeMs) }
  } finally {
    closeSync(file)
  }
}

async function putEntry(folder: string, path: string, entry: LogEntry): Promise<boolean> {
  const hidden = join(folder, `.tmp-${randomUUID()}`)
  await writeSynced(hidden, entry)
  try {
    linkSync(hidden, path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  } finally {
    unlinkSync(hidden)
  }
  await syncFolder(folder)
  return true
}

async function writeSynced(
  path: string,
  entry: { readonly text: string; readonly timestampMs?: number },
): Promise<void> {
  const { text, timestampMs } = entry
  await writeNewFile(path, Buffer.from(text), timestampMs)
}

/**
 * Makes a small file and waits until it lasts. Only the sync leaves this thread: the rest takes
 * microseconds, and less than a way through the thread pool.
 */
export async function writeNewFile(
  path: string,
  bytes: Uint8Array,
  timestampMs?: number,
): Promise<void> {
  const file = openSync(path, 'wx')
  try {
    writeFileSync(file, bytes)
    if (timestampMs !== undefined) futimesSync(file, timestampMs / 1000, timestampMs / 1000)
    await sync(file)
  } finally {
    closeSync(file)
  }
}

async function moveInto(path: string, target: string): Promise<void> {
  try {
    await rename(path, target)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EXDEV') throw error
    const hidden = join(target, '..', `.tmp-${randomUUID()}`)
    await copyFile(path, hidden)
    await rename(hidden, target)
  }
  await syncFolder(join(target, '..'))
}

/** Makes new names in a folder survive a power cut. */
export async function syncFolder(folder: string): Promise<void> {
  const opened = openSync(folder, 'r')
  try {
    await sync(opened)
  } finally {
    closeSync(opened)
  }
}

async function listNames(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch(whenMissing<string[]>([]))
  return names.filter((name) => !name.startsWith('.')).sort()
}

function whenMissing<T>(value: T): (error: NodeJS.ErrnoException) => T {
  return (error) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return value
    throw error
  }
}
