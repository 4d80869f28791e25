import { open, rm } from 'node:fs/promises'
import { Readable } from 'node:stream'
import type { App, Ctx } from '../core/index.ts'
import { roomOf } from './room.ts'
import { toStorageError } from './storage-error.ts'

const types = ['application/octet-stream', 'application/vnd.apache.parquet', 'text/csv']

/** Lets routes take a file as body; it goes straight to disk, however big it is. */
export function acceptFiles(app: App): void {
  app.addContentTypeParser(types, async (_request: unknown, payload: unknown) => payload)
}

/** Runs `work` on the body as a file, which is gone afterwards. */
export async function withBody<T>(
  ctx: Ctx,
  body: unknown,
  work: (path: string) => Promise<T>,
): Promise<T> {
  const { engine } = roomOf(ctx)
  const path = engine.scratchPath('upload')
  await engine.ready()
  try {
    await save(body instanceof Readable ? body : Readable.from([]), path)
    return await work(path)
  } catch (error) {
    throw toStorageError(error)
  } finally {
    await rm(path, { force: true })
  }
}

async function save(content: Readable, path: string): Promise<void> {
  await using file = await open(path, 'wx')
  // A request that is destroyed here could not be read to its end, and so not be answered.
  for await (const chunk of content.iterator({ destroyOnReturn: false })) {
    await file.writeFile(chunk as Uint8Array)
  }
}
