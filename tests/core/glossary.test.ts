import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { buildApp, migrations } from '../../server/src/app.ts'
import { testCtx } from '../../server/src/core/testing.ts'

/** Names of surfaces, versions and verbs in paths; what is left are nouns. */
const notNouns = new Set(
  `api mlflow millrace preview scim v1 v2 Me unity-catalog sql databricks permissionLevels online
  auth tracking registry serving features gates monitors automl compute provenance tables jobs workspace
  list get create update delete search set-tag delete-tag get-by-name get-history get-latest-versions
  simulate`.split(/\s+/),
)

test('every noun of our own REST API is in the glossary', async () => {
  await using ctx = await testCtx('sqlite', ...migrations.slice(1))
  await using app = await buildApp(ctx)
  await app.ready()
  const paths = Object.keys(app.swagger().paths ?? {})
  const nouns = new Set<string>()
  for (const path of paths) {
    const own = /^\/api\/millrace\/1\.0\/(.+)$/.exec(path)?.[1]
    if (own === undefined) continue
    for (const [index, part] of own.split('/').entries()) {
      // The last part of a longer path may be a verb; a noun there is plural or has parts below it.
      const isNoun = !part.startsWith('{') && (index === 0 || part.endsWith('s'))
      if (isNoun && !notNouns.has(part)) nouns.add(part)
    }
  }
  const page = await readFile('docs/glossary.md', 'utf8')
  const terms = [...page.matchAll(/^\| ([^|]+?) \| (.+?) \|/gm)].flatMap((row) => row.slice(1))
  const known = terms.join(' ').toLowerCase()
  const missing = [...nouns].filter((noun) => !known.includes(singular(noun.replaceAll('-', ' '))))
  expect(missing).toEqual([])
})

test('the glossary is in order, each term once', async () => {
  const page = await readFile('docs/glossary.md', 'utf8')
  const terms = [...page.matchAll(/^\| ([a-z][^|]*?) \|/gm)].map((row) => row[1]).slice(1)
  expect(terms).toEqual([...new Set(terms)].toSorted((a = '', b = '') => (a < b ? -1 : 1)))
})

function singular(noun: string): string {
  if (noun.endsWith('ches')) return noun.slice(0, -2)
  if (noun.endsWith('ies')) return `${noun.slice(0, -3)}y`
  return noun.endsWith('s') ? noun.slice(0, -1) : noun
}
