/** A value at a place in the unit square. */
export interface Sample {
  readonly x: number
  readonly y: number
  readonly value: number
}

/**
 * A surface through scattered samples by inverse distance weighting (Shepard 1968, power 2), as rows
 * of cells from bottom to top. Values between samples are guesses; at a sample it is the sample.
 */
export function surface(samples: readonly Sample[], cells: number): number[][] {
  const at = (index: number) => (index + 0.5) / cells
  return Array.from({ length: cells }, (_row, row) =>
    Array.from({ length: cells }, (_column, column) => valueAt(samples, at(column), at(row))),
  )
}

function valueAt(samples: readonly Sample[], x: number, y: number): number {
  let weights = 0
  let sum = 0
  for (const sample of samples) {
    const distance = (sample.x - x) ** 2 + (sample.y - y) ** 2
    if (distance < 1e-9) return sample.value
    weights += 1 / distance
    sum += sample.value / distance
  }
  return weights === 0 ? Number.NaN : sum / weights
}

/** Which of `bands` equal steps between the least and the greatest value each cell is in. */
export function bandsOf(grid: readonly (readonly number[])[], bands: number): number[][] {
  const values = grid.flat()
  const least = Math.min(...values)
  const span = Math.max(...values) - least || 1
  return grid.map((row) =>
    row.map((value) => Math.min(bands - 1, Math.floor(((value - least) / span) * bands))),
  )
}
