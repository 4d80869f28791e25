/** Logarithm of the expected improvement for a normal prediction `gain` better than the best. */
export function logExpectedImprovement(gain: number, deviation: number): number {
  const z = gain / deviation
  if (z > -6)
    return Math.log(deviation) + Math.log(Math.max(1e-300, z * cumulative(z) + density(z)))
  // The leading term of the tail, where the difference above has no digits left.
  return Math.log(deviation) - 0.5 * z * z - 0.918_938_533_2 - 2 * Math.log(-z)
}

function density(z: number): number {
  return 0.398_942_280_4 * Math.exp(-0.5 * z * z)
}

// Abramowitz & Stegun 26.2.17, absolute error below 7.5e-8.
function cumulative(z: number): number {
  const t = 1 / (1 + 0.231_641_9 * Math.abs(z))
  const series =
    t *
    (0.319_381_53 +
      t * (-0.356_563_782 + t * (1.781_477_937 + t * (-1.821_255_978 + t * 1.330_274_429))))
  const tail = density(z) * series
  return z > 0 ? 1 - tail : tail
}
