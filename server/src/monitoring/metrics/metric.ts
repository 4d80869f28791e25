/** How the rows of a column fall into buckets, before and now. Bucket −1 holds the nulls. */
export interface Distribution {
  readonly baseline: ReadonlyMap<string, number>
  readonly current: ReadonlyMap<string, number>
}

/** A drift metric of one column. Pure; undefined where it is not defined. */
export type DriftMetric = (distribution: Distribution) => number | undefined

export const nullBucket = '\u0000null'

export function total(counts: ReadonlyMap<string, number>): number {
  let sum = 0
  for (const count of counts.values()) sum += count
  return sum
}

export function withoutNulls(counts: ReadonlyMap<string, number>): ReadonlyMap<string, number> {
  return new Map([...counts].filter(([bucket]) => bucket !== nullBucket))
}
