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
import { closeSync, fstatSync, openSync, readFileSync } from 'node:fs'
import {
  copyFile,
  link,
  mkdir,
  open,
  readdir,
  readFile,
  rename,
  rm,
  unlink,
} from 'node:fs/promises'
import { join } from 'node:path'
import { entryName, type LogEntry, type LogStore } from './log-store.ts'

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
    await link(hidden, path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  } finally {
    await unlink(hidden)
  }
  await syncFolder(folder)
  return true
}

async function writeSynced(
  path: string,
  entry: { readonly text: string; readonly timestampMs?: number },
): Promise<void> {
  await using file = await open(path, 'wx')
  await file.writeFile(entry.text)
  if (entry.timestampMs !== undefined) {
    await file.utimes(entry.timestampMs / 1000, entry.timestampMs / 1000)
  }
  await file.sync()
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
  await using opened = await open(folder, 'r')
  await opened.sync()
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
