import { openRng } from './rng.ts'
import type { OpenSampler } from './sampler.ts'
import { assertSpace, buildPoint, fromUnit } from './space.ts'

/** Every place alike: what any other sampler has to beat. */
export const openRandomSampler: OpenSampler = ({ space, seed }) => {
  assertSpace(space)
  return {
    suggest: (history) => {
      const rng = openRng(seed, history.length)
      return buildPoint(space, (parameter) => fromUnit(parameter, rng()))
    },
  }
}
