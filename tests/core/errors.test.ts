import { readdir, readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { errorPage } from '../../scripts/docs/error-table.ts'
import { listErrors } from '../../server/src/core/index.ts'
import '../../server/src/app.ts'

test('docs/errors.md is what the tables of error codes say', async () => {
  const page = await readFile('docs/errors.md', 'utf8')
  expect(page, "run 'npm run docs'").toBe(errorPage(listErrors()))
})

test('every error code is given by some part of the server', async () => {
  const sources: string[] = []
  const files = await readdir('server/src', { recursive: true })
  for (const file of files
    .filter((name) => name.endsWith('.ts'))
    .map((name) => `server/src/${name}`)) {
    if (!/(^|\/)[\w-]+\.test\.ts$|src\/\w+\/errors\.ts$/.test(file)) sources.push(file)
  }
  const texts = await Promise.all(sources.map((file) => readFile(file, 'utf8')))
  const all = texts.join('\n')
  const unused = listErrors().filter(({ code }) => !all.includes(code))
  expect(unused.map(({ code }) => code)).toEqual([])
})
