import fc from 'fast-check'
import { expect, test } from 'vitest'
import { compareParts, ranBecause } from './compare.ts'
import { hashParts } from './parts.ts'
import type { CacheParts } from './types.ts'

const name = fc.stringMatching(/^[a-z]{1,8}$/)
const values = fc.dictionary(name, fc.string({ maxLength: 8 }), { maxKeys: 5 })
const parts: fc.Arbitrary<CacheParts> = fc.record({
  code: values,
  packages: values,
  environment: fc.string({ maxLength: 8 }),
  parameters: values,
  tables: values,
  version: fc.string({ maxLength: 8 }),
})

test('the same parts are the same key, whatever the order of their names', () => {
  const turned = (of: Readonly<Record<string, string>>) =>
    Object.fromEntries(Object.entries(of).toReversed())
  fc.assert(
    fc.property(parts, (one) => {
      const other = { ...one, code: turned(one.code), parameters: turned(one.parameters) }
      expect(hashParts(other)).toBe(hashParts(one))
      expect(compareParts(one, other)).toEqual([])
    }),
  )
})

const maps = { code: 'code', packages: 'environment', parameters: 'parameter', tables: 'table' }
type MapName = keyof typeof maps

test('any single change is another key, and is the one difference that is named', () => {
  const change = fc.record({
    map: fc.constantFrom(...(Object.keys(maps) as MapName[])),
    key: name,
    value: fc.option(fc.string({ maxLength: 8 }), { nil: undefined }),
  })
  fc.assert(
    fc.property(parts, change, (one, { map, key, value }) => {
      fc.pre(one[map][key] !== value)
      const { [key]: before, ...rest } = one[map]
      const other = { ...one, [map]: value === undefined ? rest : { ...rest, [key]: value } }
      expect(hashParts(other)).not.toBe(hashParts(one))
      expect(compareParts(one, other)).toEqual([
        { part: maps[map], name: key, before, after: value },
      ])
    }),
  )
})

test('another lock of the same packages is a difference too', () => {
  const one = {
    code: {},
    packages: { pandas: '2.3.3' },
    environment: 'a',
    parameters: {},
    tables: {},
    version: '',
  }
  const [difference] = compareParts(one, { ...one, environment: 'b' })
  expect(difference).toMatchObject({ part: 'environment', name: 'lock' })
  const newer = { ...one, environment: 'b', packages: { pandas: '3.0.0' } }
  const kept = { values: {}, read: [], wrote: [] }
  const at = new Date(0)
  const candidate = { taskRunId: 2, runId: 1, parts: one, kept, startedAt: at, endedAt: at }
  expect(ranBecause({ candidate, differences: compareParts(one, newer) }).reason).toBe(
    'Ran because package pandas was 2.3.3, is 3.0.0, compared with run 1',
  )
})
