import { describe, expect, test } from 'vitest'
import type { Observation, OpenSampler } from './sampler.ts'
import type { Point, Space } from './space.ts'

/** A space with every kind of parameter, as a search over learners has. */
export const mixedSpace: Space = [
  { kind: 'categorical', name: 'learner', choices: ['tree', 'linear'] },
  {
    kind: 'float',
    name: 'rate',
    low: 1e-4,
    high: 1,
    log: true,
    when: { name: 'learner', equals: 'tree' },
  },
  {
    kind: 'int',
    name: 'leaves',
    low: 2,
    high: 64,
    log: true,
    when: { name: 'learner', equals: 'tree' },
  },
  {
    kind: 'float',
    name: 'penalty',
    low: 1e-3,
    high: 1e3,
    log: true,
    when: { name: 'learner', equals: 'linear' },
  },
  { kind: 'categorical', name: 'scaled', choices: [true, false] },
]

/** A loss over the mixed space, least at tree, 0.05, 8, true. */
export function mixedLoss(point: Point): number {
  const rate = Math.abs(Math.log(Number(point['rate'] ?? 1)) - Math.log(0.05))
  const leaves = Math.abs(Math.log(Number(point['leaves'] ?? 64)) - Math.log(8))
  const scaled = point['scaled'] === true ? 0 : 0.3
  return point['learner'] === 'tree' ? rate + leaves + scaled : 2 + scaled
}

export function runSearch(
  open: OpenSampler,
  options: { readonly space: Space; readonly seed: number; readonly trials: number },
  loss: (point: Point) => number,
): Observation[] {
  const sampler = open(options)
  const history: Observation[] = []
  for (let i = 0; i < options.trials; i += 1) {
    const point = sampler.suggest(history)
    history.push({ point, loss: loss(point) })
  }
  return history
}

/** What every sampler keeps. */
export function samplerContract(name: string, open: OpenSampler): void {
  describe(`${name} keeps the sampler contract`, () => {
    isDeterministic(open)
    staysInside(open)

    test('lives with failed and running trials', () => {
      const sampler = open({ space: mixedSpace, seed: 5 })
      const history: Observation[] = []
      for (let i = 0; i < 40; i += 1) {
        const point = sampler.suggest(history)
        const loss = point['learner'] === 'linear' ? Infinity : mixedLoss(point)
        history.push(i % 7 === 6 ? { point } : { point, loss })
      }
      expect(history).toHaveLength(40)
    })

    test('refuses a space that contradicts itself', () => {
      const upsideDown: Space = [{ kind: 'float', name: 'x', low: 1, high: 0 }]
      expect(() => open({ space: upsideDown, seed: 0 })).toThrow('"x" needs low < high')
      const forward: Space = [
        { kind: 'int', name: 'a', low: 0, high: 1, when: { name: 'b', equals: 1 } },
        { kind: 'int', name: 'b', low: 0, high: 1 },
      ]
      expect(() => open({ space: forward, seed: 0 })).toThrow('does not come before it')
    })
  })
}

function isDeterministic(open: OpenSampler): void {
  const search = (seed: number) =>
    runSearch(open, { space: mixedSpace, seed, trials: 20 }, mixedLoss)

  test('suggests the same for the same seed and something else for another', () => {
    expect(search(7)).toEqual(search(7))
    expect(search(7)).not.toEqual(search(8))
  })

  test('goes on after a restart as if nothing had happened', () => {
    const history = longSearch(open)
    for (const size of [0, 5, 17, 33, 140]) {
      const fresh = open({ space: mixedSpace, seed: longSeed })
      expect(fresh.suggest(history.slice(0, size))).toEqual(history[size]?.point)
    }
  })
}

const longSeed = 3
const longSearches = new Map<OpenSampler, readonly Observation[]>()

/** Long enough to reach whatever a sampler does with long histories. */
function longSearch(open: OpenSampler): readonly Observation[] {
  const known = longSearches.get(open)
  if (known) return known
  const made = runSearch(open, { space: mixedSpace, seed: longSeed, trials: 150 }, mixedLoss)
  longSearches.set(open, made)
  return made
}

function staysInside(open: OpenSampler): void {
  const points = (learner: string): readonly Point[] =>
    longSearch(open)
      .map(({ point }) => point)
      .filter((point) => point['learner'] === learner)

  test('stays inside the ranges', () => {
    for (const point of points('tree')) {
      expect(point['rate']).toBeGreaterThanOrEqual(1e-4)
      expect(point['rate']).toBeLessThanOrEqual(1)
      expect(Number.isInteger(point['leaves'])).toBe(true)
      expect(point['leaves']).toBeGreaterThanOrEqual(2)
      expect(point['leaves']).toBeLessThanOrEqual(64)
    }
  })

  test('leaves out what does not exist at a point', () => {
    for (const point of points('tree')) {
      expect(Object.keys(point)).toEqual(['learner', 'rate', 'leaves', 'scaled'])
    }
    for (const point of points('linear')) {
      expect(Object.keys(point)).toEqual(['learner', 'penalty', 'scaled'])
    }
  })
}
