import { readFile, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { brotliDecompressSync, gunzipSync, gzipSync } from 'node:zlib'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openSite, type Site } from './site.ts'

const dist = fileURLToPath(new URL('../../ui/dist', import.meta.url))
const mostBytes = 350 * 1024
let site: Site

beforeAll(async () => {
  site = await openSite()
})

afterAll(async () => site[Symbol.asyncDispose]())

test('the first load of every room stays under 350 kB gzip', async () => {
  for (const path of ['/', '/experiments', '/jobs', '/sql']) {
    await using view = await site.open()
    const loaded = new Set<string>()
    view.page.on('response', (response) => loaded.add(new URL(response.url()).pathname))
    await view.visit(path)
    const files = [...loaded].filter((file) => /\.(?:js|css|html|svg)$/.test(file))
    const sizes = await Promise.all(
      files.map(async (file) => gzipSync(await readFile(join(dist, file))).length),
    )
    const bytes = sizes.reduce((sum, size) => sum + size, 0)
    expect(files.length).toBeGreaterThan(3)
    expect({ path, small: bytes < mostBytes, bytes }).toMatchObject({ path, small: true })
  }
})

test('every script and style is there compressed, and means the same', async () => {
  const folder = join(dist, 'assets')
  const plain = (await readdir(folder)).filter((file) => /\.(?:js|css)$/.test(file))
  expect(plain.length).toBeGreaterThan(20)
  for (const file of plain) {
    const source = await readFile(join(folder, file))
    expect(brotliDecompressSync(await readFile(join(folder, `${file}.br`)))).toEqual(source)
    expect(gunzipSync(await readFile(join(folder, `${file}.gz`)))).toEqual(source)
  }
})
