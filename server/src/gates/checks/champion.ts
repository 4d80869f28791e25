import { lowerIsBetter } from '../../serving/index.ts'
import { CheckKind } from '../types.ts'
import type { Check } from './check.ts'

/** Not much worse than the live version, on the same rows. The first version has nothing to beat. */
export const checkAgainstChampion: Check = ({ contract, candidate, champion }) =>
  (contract.against_champion ?? []).map(({ metric, max_drop: maxDrop }) => {
    const value = candidate.metrics[metric] ?? null
    const live = champion?.metrics[metric] ?? null
    const common = {
      kind: CheckKind.Champion,
      id: `champion.${metric}`,
      value,
      champion: live,
      rows: candidate.rows,
    }
    if (live === null) {
      return { ...common, passed: value !== null, limit: 'no live version to compare with' }
    }
    const drop = lowerIsBetter.has(metric)
      ? (value ?? Infinity) - live
      : live - (value ?? -Infinity)
    return { ...common, passed: drop <= maxDrop, limit: `at most ${maxDrop} worse than ${live}` }
  })
