import { createReadStream } from 'node:fs'
import { readdir, stat } from 'node:fs/promises'
import { join, relative, sep } from 'node:path'
import { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import type { FileTree } from './source.ts'

/** The folder that a URI or path names on this machine, when it is there. */
export async function localTree(location: string): Promise<FileTree | undefined> {
  const isUri = /^[a-z][a-z0-9+.-]+:/i.test(location)
  if (isUri && !location.startsWith('file:')) return undefined
  const root = isUri ? fileURLToPath(new URL(location)) : location
  const found = await stat(root).catch(() => undefined)
  return {
    list: () => (found?.isDirectory() ? walk(root) : nothing()),
    read: async (path) =>
      Readable.toWeb(createReadStream(join(root, path))) as ReadableStream<Uint8Array>,
  }
}

async function* nothing(): AsyncGenerator<string> {
  // A run without artifacts has no folder.
}

async function* walk(root: string): AsyncGenerator<string> {
  for (const entry of await readdir(root, { withFileTypes: true, recursive: true })) {
    if (!entry.isFile()) continue
    yield relative(root, join(entry.parentPath, entry.name)).split(sep).join('/')
  }
}
