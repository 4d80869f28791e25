/**
 * Losses bent so that a Gaussian process fits them: as they are, or by the logarithm of the distance
 * to the best, which keeps a few enormous losses from flattening everything near the minimum.
 */
export interface Warped {
  /** Mean 0, variance 1, order kept. */
  readonly targets: Float64Array
  /** What the bending adds to the log likelihood, so that different bends can be compared. */
  readonly logJacobian: number
}

/** Shares of (median − best) within which losses stay apart linearly; `Infinity` bends nothing. */
export const warpShares = [Infinity, 1, 0.1, 0.01, 0.001] as const

export function warp(losses: Float64Array, share: number): Warped {
  const count = losses.length
  const sorted = Float64Array.from(losses).sort()
  const least = sorted[0] ?? 0
  const shift = share * Math.max(1e-12, (sorted[count >> 1] ?? 0) - least)
  let logJacobian = 0
  const bent = losses.map((loss) => {
    if (share === Infinity) return loss
    logJacobian -= Math.log(loss - least + shift)
    return Math.log1p((loss - least) / shift)
  })
  const mean = bent.reduce((sum, value) => sum + value, 0) / count
  const variance = bent.reduce((sum, value) => sum + (value - mean) ** 2, 0) / count
  const deviation = Math.sqrt(variance) || 1
  return {
    targets: bent.map((value) => (value - mean) / deviation),
    logJacobian: logJacobian - count * Math.log(deviation),
  }
}
