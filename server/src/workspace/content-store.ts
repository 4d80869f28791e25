import { createHash } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { constants, copyFile, mkdir, open, readFile, rename, stat, unlink } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { newId, type Ctx } from '../core/index.ts'

/** Keeps `content` under its hash in the data folder, durably, and returns the hash. */
export async function storeContent(ctx: Ctx, content: Buffer): Promise<string> {
  const hash = createHash('sha256').update(content).digest('hex')
  const path = contentPath(ctx, hash)
  if (await exists(path, content.length)) return hash
  await mkdir(dirname(path), { recursive: true })
  const partial = `${path}.${newId()}.partial`
  const file = await open(partial, 'wx')
  try {
    await file.writeFile(content)
    await file.sync()
    await file.close()
    await rename(partial, path)
  } catch (error) {
    await file.close().catch(() => {})
    await unlink(partial).catch(() => {})
    throw error
  }
  return hash
}

/** `undefined` when the data folder has lost it. */
export async function loadContent(ctx: Ctx, hash: string): Promise<Buffer | undefined> {
  return readFile(contentPath(ctx, hash)).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw error
  })
}

/** Up to this size a copy takes less time than handing it to another thread. */
const smallBytes = 64 * 1024

export async function copyContent(
  ctx: Ctx,
  content: { readonly hash: string; readonly size: number },
  destination: string,
): Promise<void> {
  const from = contentPath(ctx, content.hash)
  if (content.size > smallBytes) await copyFile(from, destination, constants.COPYFILE_FICLONE)
  else writeFileSync(destination, readFileSync(from))
}

async function exists(path: string, size: number): Promise<boolean> {
  return stat(path).then(
    (found) => found.size === size,
    () => false,
  )
}

function contentPath(ctx: Ctx, hash: string): string {
  return join(ctx.config.dataDir, 'workspace', hash.slice(0, 2), hash)
}
