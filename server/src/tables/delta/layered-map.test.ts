import fc from 'fast-check'
import { expect, test } from 'vitest'
import { LayeredMap } from './layered-map.ts'

const change = fc.array(fc.tuple(fc.nat(30).map(String), fc.option(fc.nat(), { nil: undefined })))

test('is a plain map after any changes, and so is every map that it came from', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(change, fc.boolean()), { maxLength: 60 }), (steps) => {
      let layered = LayeredMap.of<number>()
      let plain = new Map<string, number>()
      const versions: [LayeredMap<number>, Map<string, number>][] = []
      for (const [changes, looksAtAll] of steps) {
        layered = layered.with(new Map(changes))
        plain = new Map(plain)
        for (const [key, value] of new Map(changes)) {
          if (value === undefined) plain.delete(key)
          else plain.set(key, value)
        }
        if (looksAtAll) layered.entries()
        versions.push([layered, plain])
      }
      for (const [one, other] of versions) {
        expect(one.size).toBe(other.size)
        for (let key = 0; key <= 30; key++) {
          expect(one.get(String(key))).toBe(other.get(String(key)))
        }
        expect(one.entries()).toEqual(other)
      }
    }),
  )
})

test('a change costs the same in a map a hundred times as big', () => {
  const cost = (size: number): number => {
    let map = LayeredMap.of(new Map(Array.from({ length: size }, (_, i) => [`have ${i}`, i])))
    const before = process.cpuUsage()
    for (let i = 0; i < 4000; i++) map = map.with(new Map([[`new ${i}`, i]]))
    const { user, system } = process.cpuUsage(before)
    expect(map.get('new 7')).toBe(7)
    return user + system
  }
  cost(1000)
  expect(cost(500_000)).toBeLessThan(20 * cost(5000))
})
