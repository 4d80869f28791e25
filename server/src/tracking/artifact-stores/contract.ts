import { randomBytes } from 'node:crypto'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { expect, test } from 'vitest'
import type { ArtifactFile, ArtifactStore } from './store.ts'

/** What every artifact store must do. `open` gives an empty one, which lists at most 10 entries at once if it pages. */
export function artifactStoreContract(open: () => Promise<ArtifactStore>): void {
  wholeFiles(open)
  brokenTransfers(open)
  folders(open)
  directTransfers(open)
}

const bytesOf = async (file: ArtifactFile, range?: { start: number; end: number }) =>
  (await buffer(file.open(range))).toString()

async function put(store: ArtifactStore, path: string, content: string | Buffer): Promise<void> {
  await store.write(path, Readable.from(content === '' ? [] : [Buffer.from(content)]))
}

async function fileAt(store: ArtifactStore, path: string): Promise<ArtifactFile> {
  const found = await store.find(path)
  if (found === undefined || found === 'folder') throw new Error(`${path} is ${found}, not a file`)
  return found
}

function wholeFiles(open: () => Promise<ArtifactStore>): void {
  test.each([
    'a.txt',
    '0/ü #?&=+ %41%2f é.json',
    "q!'()*;:@$,[]~/~x",
    '日本/語.bin',
    'back\\slash',
    'tab\tand\u0001control',
    '...',
    '<&">',
  ])('keeps a file under its very name: %s', async (path) => {
    const store = await open()
    await put(store, path, 'content')
    const file = await fileAt(store, path)
    expect([file.size, await bytesOf(file)]).toEqual([7, 'content'])
    const [first, ...rest] = path.split('/')
    const listed = await store.list(rest.length === 0 ? '' : (first ?? ''))
    expect(listed.map((entry) => entry.name)).toEqual([rest.at(-1) ?? first])
    await store.remove(path)
    expect(await store.find(path)).toBe(undefined)
  })

  test('reads ranges, both ends included', async () => {
    const store = await open()
    await put(store, 'f', 'hello')
    const file = await fileAt(store, 'f')
    expect(await bytesOf(file, { start: 1, end: 3 })).toBe('ell')
    expect(await bytesOf(file, { start: 4, end: 4 })).toBe('o')
  })

  test('keeps an empty file, and one longer than what is sent at once', async () => {
    const store = await open()
    await put(store, 'empty', '')
    expect((await fileAt(store, 'empty')).size).toBe(0)
    const large = randomBytes(2 ** 24 + 3)
    const pieces = Array.from({ length: 100 }, (_, i) =>
      large.subarray(i * 200_000, (i + 1) * 200_000),
    )
    await store.write('large', Readable.from(pieces))
    const file = await fileAt(store, 'large')
    expect(file.size).toBe(large.length)
    expect((await buffer(file.open())).equals(large)).toBe(true)
    const tail = await buffer(file.open({ start: large.length - 5, end: large.length - 1 }))
    expect(tail.equals(large.subarray(-5))).toBe(true)
  })

  test('a file that is written again has the new content and another ETag', async () => {
    const store = await open()
    await put(store, 'f', 'one')
    const before = await fileAt(store, 'f')
    await put(store, 'f', 'more')
    const after = await fileAt(store, 'f')
    expect(await bytesOf(after)).toBe('more')
    expect(after.etag).not.toBe(before.etag)
  })
}

function brokenTransfers(open: () => Promise<ArtifactStore>): void {
  test.each([10, 2 ** 23 + 10])(
    'a write that breaks off after %i bytes leaves what was there',
    async (bytes) => {
      const store = await open()
      await put(store, 'f', 'old')
      const broken = async function* () {
        yield Buffer.alloc(bytes)
        throw new Error('cut off')
      }
      await expect(store.write('f', Readable.from(broken()))).rejects.toThrow('cut off')
      expect(await bytesOf(await fileAt(store, 'f'))).toBe('old')
      expect((await store.list('')).map((entry) => entry.name)).toEqual(['f'])
    },
  )

  test('a reader that goes away early leaves the store usable', async () => {
    const store = await open()
    await put(store, 'f', randomBytes(2 ** 22))
    const file = await fileAt(store, 'f')
    for (let n = 0; n < 5; n += 1) {
      const stream = file.open()
      await new Promise((resolve) => stream.once('readable', resolve))
      stream.destroy()
    }
    expect((await buffer(file.open())).length).toBe(2 ** 22)
  })
}

function folders(open: () => Promise<ArtifactStore>): void {
  test('lists what is directly in a folder, by name', async () => {
    const store = await open()
    for (const path of ['run/b.txt', 'run/a/deep/c', 'run/a.txt', 'run2/x']) {
      await put(store, path, path)
    }
    expect(await store.list('run')).toEqual([
      { name: 'a', isFolder: true, size: 0 },
      { name: 'a.txt', isFolder: false, size: 9 },
      { name: 'b.txt', isFolder: false, size: 9 },
    ])
    expect((await store.list('')).map((entry) => entry.name)).toEqual(['run', 'run2'])
    expect(await store.list('run/a.txt')).toEqual([])
    expect(await store.list('nowhere')).toEqual([])
    expect([await store.find('run'), await store.find('')]).toEqual(['folder', 'folder'])
    expect([await store.find('ru'), await store.find('run/a.txt/x')]).toEqual([
      undefined,
      undefined,
    ])
  })

  test('lists and deletes a folder of more files than fit in one answer', async () => {
    const store = await open()
    const names = Array.from({ length: 25 }, (_, i) => String(i).padStart(2, '0'))
    await Promise.all(names.map((name) => put(store, `many/${name}`, name)))
    await put(store, 'many-not', 'stays')
    expect((await store.list('many')).map((entry) => entry.name)).toEqual(names)
    await store.remove('many')
    expect(await store.list('many')).toEqual([])
    expect((await store.list('')).map((entry) => entry.name)).toEqual(['many-not'])
    await store.remove('many')
    await store.remove('many-not/below')
    expect((await store.list('')).map((entry) => entry.name)).toEqual(['many-not'])
  })
}

const partBytes = 5 * 2 ** 20

function directTransfers(open: () => Promise<ArtifactStore>): void {
  test('where it takes parts directly, they become the file when completed, not before', async () => {
    const store = await open()
    const { direct } = store
    if (!direct) return
    const upload = await direct.createUpload('0/large file+ü')
    const content = randomBytes(partBytes + 10)
    const parts = []
    for (const number of [2, 1]) {
      const url = await direct.presignPart(upload, { number, seconds: 60 })
      const body = content.subarray(
        number === 1 ? 0 : partBytes,
        number === 1 ? partBytes : undefined,
      )
      const sent = await fetch(url, { method: 'PUT', body })
      expect(sent.status).toBe(200)
      parts.unshift({ number, etag: sent.headers.get('etag') ?? '' })
    }
    expect(await store.find('0/large file+ü')).toBe(undefined)
    await direct.completeUpload(upload, parts)
    expect((await fileAt(store, '0/large file+ü')).size).toBe(content.length)
    const url = await direct.presignRead('0/large file+ü', 60)
    const got = await fetch(url, { headers: { range: 'bytes=0-9' } })
    expect([got.status, await buffer(got.body ?? Readable.from([]))]).toEqual([
      206,
      content.subarray(0, 10),
    ])
    expect((await fetch(`${url}0`)).status).toBe(403)
    expect((await fetch(url, { method: 'DELETE' })).status).toBe(403)
  })

  test('where it takes parts directly, an upload can be dropped, and a bad one is refused', async () => {
    const store = await open()
    const { direct } = store
    if (!direct) return
    const upload = await direct.createUpload('f')
    const wrong = [{ number: 1, etag: '"nothing"' }]
    await expect(direct.completeUpload(upload, wrong)).rejects.toMatchObject({
      code: 'TRACKING_ARTIFACT_UPLOAD_INVALID',
    })
    await direct.abortUpload(upload)
    expect(await store.find('f')).toBe(undefined)
  })
}
