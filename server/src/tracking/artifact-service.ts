import { createWriteStream } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { Config, Ctx } from '../core/index.ts'
import { parseArtifactPath } from './artifact-path.ts'
import { artifactPathOf } from './artifact-uri.ts'
import { localArtifacts } from './artifact-stores/local.ts'
import { s3Artifacts } from './artifact-stores/s3.ts'
import type { ArtifactEntry, ArtifactFile, ArtifactStore } from './artifact-stores/store.ts'
import { trackingErrors } from './errors.ts'

const stores = new WeakMap<Config, ArtifactStore>()

/** The store of this server's settings. */
export function storeOf(ctx: Ctx): ArtifactStore {
  const known = stores.get(ctx.config)
  if (known) return known
  const { s3, artifactRoot, artifactDirect } = ctx.config
  const store = s3 ? s3Artifacts(s3, { direct: artifactDirect }) : localArtifacts(artifactRoot)
  stores.set(ctx.config, store)
  return store
}

/** One artifact by its path below the root; a folder is refused. */
export async function getArtifact(ctx: Ctx, path: string): Promise<ArtifactFile> {
  const found = await storeOf(ctx).find(parseArtifactPath(path))
  if (found === undefined) throw trackingErrors.TRACKING_ARTIFACT_NOT_FOUND(path)
  if (found === 'folder') throw trackingErrors.TRACKING_ARTIFACT_IS_FOLDER(path)
  return found
}

export async function putArtifact(ctx: Ctx, path: string, content: Readable): Promise<void> {
  const checked = parseArtifactPath(path)
  if (checked === '') throw trackingErrors.TRACKING_ARTIFACT_PATH_INVALID(path)
  try {
    await storeOf(ctx).write(checked, content)
  } catch (error) {
    if (isPathClash(error)) {
      throw trackingErrors.TRACKING_ARTIFACT_PATH_CLASH(path).with({ cause: error })
    }
    throw error
  }
}

const clashes = new Set(['EISDIR', 'ENOTDIR', 'EEXIST', 'ENOTEMPTY', 'ENAMETOOLONG'])

function isPathClash(error: unknown): boolean {
  return clashes.has((error as NodeJS.ErrnoException).code ?? '')
}

/** What is directly in a folder; nothing when it is a file or not there. */
export async function listFolder(ctx: Ctx, path: string): Promise<readonly ArtifactEntry[]> {
  // `folder/.` is how some clients ask for a folder itself.
  return storeOf(ctx).list(parseArtifactPath(path.replace(/(^|\/)\.?$/, '')))
}

export async function removeArtifact(ctx: Ctx, path: string): Promise<void> {
  const checked = parseArtifactPath(path)
  if (checked === '') throw trackingErrors.TRACKING_ARTIFACT_PATH_INVALID(path)
  await storeOf(ctx).remove(checked)
}

/** Opens an artifact by its URI (`mlflow-artifacts:/…`). */
export async function readArtifact(ctx: Ctx, uri: string): Promise<Readable> {
  return (await getArtifact(ctx, artifactPathOf(uri))).open()
}

/** Writes an artifact by its URI; resolves once it is durable. */
export async function writeArtifact(
  ctx: Ctx,
  uri: string,
  content: Uint8Array | Readable,
): Promise<void> {
  const stream = content instanceof Readable ? content : Readable.from([content])
  await putArtifact(ctx, artifactPathOf(uri), stream)
}

export interface ListedArtifact {
  /** Below the URI that was asked for. */
  readonly path: string
  readonly isFolder: boolean
  readonly size: number
}

/** What is directly in the folder at a URI. */
export async function listArtifacts(ctx: Ctx, uri: string): Promise<ListedArtifact[]> {
  const entries = await listFolder(ctx, artifactPathOf(uri))
  return entries.map(({ name, isFolder, size }) => ({ path: name, isFolder, size }))
}

/** Copies the file or the whole folder at a URI into `destDir`; answers the files, relative to it. */
export async function downloadArtifacts(ctx: Ctx, uri: string, destDir: string): Promise<string[]> {
  const root = artifactPathOf(uri)
  const found = await storeOf(ctx).find(parseArtifactPath(root))
  if (found === undefined) throw trackingErrors.TRACKING_ARTIFACT_NOT_FOUND(root)
  if (found !== 'folder') {
    const name = root.split('/').at(-1) ?? root
    await save(found, join(destDir, name))
    return [name]
  }
  await mkdir(destDir, { recursive: true })
  const files: string[] = []
  const folders = ['']
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    for (const entry of await listFolder(ctx, joinPath(root, folder))) {
      const path = joinPath(folder, entry.name)
      if (entry.isFolder) folders.push(path)
      else {
        await save(await getArtifact(ctx, joinPath(root, path)), join(destDir, path))
        files.push(path)
      }
    }
  }
  return files.sort()
}

function joinPath(folder: string, name: string): string {
  return [folder, name].filter((part) => part !== '').join('/')
}

async function save(file: ArtifactFile, target: string): Promise<void> {
  await mkdir(dirname(target), { recursive: true })
  await pipeline(file.open(), createWriteStream(target))
}
