import { createReadStream } from 'node:fs'
import { mkdir, open, readdir, rename, rm, stat, type FileHandle } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Readable } from 'node:stream'
import { newId } from '../../core/index.ts'
import type { ArtifactEntry, ArtifactFile, ArtifactStore } from './store.ts'

const partialFolder = '.partial'

/** Artifacts as files below one folder. A file appears whole: written aside, synced, then renamed. */
export function localArtifacts(root: string): ArtifactStore {
  const at = (path: string) => join(root, path)
  return {
    find: (path) => find(at(path)),
    write: (path, content) => write({ root, target: at(path), content }),
    list: (path) => list(at(path), path === ''),
    remove: (path) => remove(at(path)),
    direct: undefined,
  }
}

async function find(file: string): Promise<ArtifactFile | 'folder' | undefined> {
  const found = await stat(file).catch(missing)
  if (!found) return undefined
  if (found.isDirectory()) return 'folder'
  return {
    size: found.size,
    modifiedAt: found.mtime,
    etag: `${found.size.toString(16)}-${found.mtime.getTime().toString(16)}`,
    open: (range) => createReadStream(file, range),
  }
}

interface Write {
  readonly root: string
  readonly target: string
  readonly content: Readable
}

async function write({ root, target, content }: Write): Promise<void> {
  const partial = join(root, partialFolder, newId())
  await mkdir(dirname(partial), { recursive: true })
  try {
    const handle = await open(partial, 'wx')
    try {
      await copy(content, handle)
      await handle.datasync()
    } finally {
      await handle.close()
    }
    await mkdir(dirname(target), { recursive: true })
    await rename(partial, target)
  } catch (error) {
    await rm(partial, { force: true })
    throw error
  }
}

async function copy(content: Readable, handle: FileHandle): Promise<void> {
  // A request that is destroyed here could not be read to its end, and so not be answered.
  for await (const chunk of content.iterator({ destroyOnReturn: false })) {
    await handle.writeFile(chunk as Uint8Array)
  }
}

async function remove(file: string): Promise<void> {
  await rm(file, { recursive: true, force: true }).catch(missing)
}

async function list(folder: string, isRoot: boolean): Promise<ArtifactEntry[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(missing)
  const visible = (entries ?? []).filter((entry) => !(isRoot && entry.name === partialFolder))
  const listed = await Promise.all(
    visible.map(async (entry): Promise<ArtifactEntry | undefined> => {
      if (entry.isDirectory()) return { name: entry.name, isFolder: true, size: 0 }
      const found = await stat(join(folder, entry.name)).catch(missing)
      return found && { name: entry.name, isFolder: false, size: found.size }
    }),
  )
  return listed
    .filter((entry) => entry !== undefined)
    .sort((a, b) => (a.name < b.name ? -1 : Number(a.name > b.name)))
}

/** A path that is not there, or that goes through a file, is nothing rather than a failure. */
function missing(error: NodeJS.ErrnoException): undefined {
  if (error.code === 'ENOENT' || error.code === 'ENOTDIR' || error.code === 'ENAMETOOLONG') {
    return undefined
  }
  throw error
}
