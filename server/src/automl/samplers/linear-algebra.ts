/**
 * Dense symmetric algebra over row-after-row arrays; only lower triangles are read and written.
 * Sizes stay near a hundred, where plain loops beat any library call from JavaScript.
 */

export function at(values: Float64Array, index: number): number {
  return values[index] ?? 0
}

export function addTo(values: Float64Array, index: number, amount: number): void {
  values[index] = at(values, index) + amount
}

export function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0
  for (let i = 0; i < a.length; i += 1) sum += at(a, i) * at(b, i)
  return sum
}

/** Cholesky in place; false when the matrix is not positive definite. */
export function factorise(matrix: Float64Array, size: number): boolean {
  for (let i = 0; i < size; i += 1) {
    for (let j = 0; j <= i; j += 1) {
      let sum = at(matrix, i * size + j)
      for (let k = 0; k < j; k += 1) sum -= at(matrix, i * size + k) * at(matrix, j * size + k)
      if (i !== j) {
        matrix[i * size + j] = sum / at(matrix, j * size + j)
        continue
      }
      if (!(sum > 0)) return false
      matrix[i * size + i] = Math.sqrt(sum)
    }
  }
  return true
}

/** Replaces `right` by x with L·x = right. */
export function solveForward(factor: Float64Array, right: Float64Array): void {
  const size = right.length
  for (let i = 0; i < size; i += 1) {
    let sum = at(right, i)
    for (let j = 0; j < i; j += 1) sum -= at(factor, i * size + j) * at(right, j)
    right[i] = sum / at(factor, i * size + i)
  }
}

/** Replaces `right` by x with Lᵀ·x = right. */
export function solveBackward(factor: Float64Array, right: Float64Array): void {
  const size = right.length
  for (let i = size - 1; i >= 0; i -= 1) {
    const value = at(right, i) / at(factor, i * size + i)
    right[i] = value
    for (let j = 0; j < i; j += 1) addTo(right, j, -at(factor, i * size + j) * value)
  }
}

/** The inverse of L·Lᵀ. */
export function invert(factor: Float64Array, size: number): Float64Array {
  const half = invertFactor(factor, size)
  const inverse = new Float64Array(size * size)
  for (let k = 0; k < size; k += 1) {
    for (let i = 0; i <= k; i += 1) {
      const value = at(half, k * size + i)
      for (let j = 0; j <= i; j += 1) addTo(inverse, i * size + j, value * at(half, k * size + j))
    }
  }
  return inverse
}

function invertFactor(factor: Float64Array, size: number): Float64Array {
  const half = new Float64Array(size * size)
  for (let i = 0; i < size; i += 1) {
    const pivot = 1 / at(factor, i * size + i)
    half[i * size + i] = pivot
    for (let k = 0; k < i; k += 1) {
      const scale = at(factor, i * size + k) * pivot
      for (let j = 0; j <= k; j += 1) addTo(half, i * size + j, -scale * at(half, k * size + j))
    }
  }
  return half
}
