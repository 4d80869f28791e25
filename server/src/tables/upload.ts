import { createWriteStream } from 'node:fs'
import { rm } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
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
    await pipeline(body instanceof Readable ? body : Readable.from([]), createWriteStream(path))
    return await work(path)
  } catch (error) {
    throw toStorageError(error)
  } finally {
    await rm(path, { force: true })
  }
}
