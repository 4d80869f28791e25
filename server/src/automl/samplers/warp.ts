/**
 * Losses bent so that a Gaussian process fits them: as they are, or by the logarithm of the distance
 * to the best, which keeps a few enormous losses from flattening everything near the minimum.
 */
export interface Bent {
  /** In the order of the losses; lower is still better. */
  readonly values: Float64Array
  /** Logarithm of the bend's slope at each loss, so that the likelihoods of bends can be compared. */
  readonly logSlopes: Float64Array
}

/** Shares of (median − best) within which losses stay apart linearly; `Infinity` bends nothing. */
export const bends = [Infinity, 1, 0.1, 0.01, 0.001] as const

export function bend(losses: Float64Array, share: number): Bent {
  if (share === Infinity) return { values: losses, logSlopes: new Float64Array(losses.length) }
  const sorted = Float64Array.from(losses).sort()
  const least = sorted[0] ?? 0
  const shift = share * Math.max(1e-12, (sorted[losses.length >> 1] ?? 0) - least)
  return {
    values: losses.map((loss) => Math.log1p((loss - least) / shift)),
    logSlopes: losses.map((loss) => -Math.log(loss - least + shift)),
  }
}
