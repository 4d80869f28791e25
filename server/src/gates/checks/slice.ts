import { CheckKind } from '../types.ts'
import { describeBounds, isWithin, type Check } from './check.ts'

const defaultMinRows = 30

/** Limits on every value of a column that has enough rows to be judged. */
export const checkSlices: Check = ({ contract, slices }) =>
  (contract.slices ?? []).flatMap((slice) => {
    const values = [...(slices.get(slice.column) ?? [])]
    const judged = values.filter(
      ([, quality]) => quality.rows >= (slice.min_rows ?? defaultMinRows),
    )
    return judged.map(([name, quality]) => {
      const value = quality.metrics[slice.metric] ?? null
      return {
        kind: CheckKind.Slice,
        id: `slice.${slice.column}=${name}.${slice.metric}`,
        passed: isWithin(value, slice),
        value,
        limit: describeBounds(slice),
        champion: null,
        rows: quality.rows,
      }
    })
  })
