export interface Series {
  readonly id: string
  readonly label: string
  /** Sorted by x. */
  readonly x: readonly number[]
  readonly y: readonly (number | null)[]
}

/** One x axis for all series, and each series' values on it; null where it has none. */
export function alignSeries(series: readonly Series[]): {
  readonly x: number[]
  readonly ys: (number | null | undefined)[][]
} {
  const all = new Set<number>()
  for (const one of series) for (const x of one.x) all.add(x)
  const x = [...all].sort((left, right) => left - right)
  const at = new Map(x.map((value, index) => [value, index]))
  const ys = series.map((one) => {
    // Undefined joins neighbours across a gap that only other series fill.
    const values = Array.from<number | null | undefined>({ length: x.length })
    one.x.forEach((value, index) => {
      values[at.get(value) ?? 0] = one.y[index] ?? null
    })
    return values
  })
  return { x, ys }
}

/**
 * Exponential moving average with its start-up bias divided out, so that the first points are not
 * drawn towards zero. `weight` from 0 (none) to below 1.
 */
export function smooth(values: readonly (number | null)[], weight: number): (number | null)[] {
  if (weight <= 0) return [...values]
  let average = 0
  let count = 0
  return values.map((value) => {
    if (value === null || !Number.isFinite(value)) return value
    count += 1
    average = average * weight + value * (1 - weight)
    return average / (1 - weight ** count)
  })
}
