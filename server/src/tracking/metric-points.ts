/** One value in a metric's history. */
export interface Point {
  /** Epoch milliseconds. */
  readonly timestamp: number
  readonly step: number
  /** May be NaN. */
  readonly value: number
}

/** By the number of the metric's name. */
export type PointsByKey = Map<number, readonly Point[]>

const pointWidth = 3
const keyedWidth = 4

export const bytesPerLoggedPoint = keyedWidth * 8

/** Doubles side by side, 24 bytes a point. */
export function packPoints(points: readonly Point[]): Uint8Array {
  const packed = new Float64Array(points.length * pointWidth)
  let at = 0
  for (const point of points) {
    packed[at] = point.timestamp
    packed[at + 1] = point.step
    packed[at + 2] = point.value
    at += pointWidth
  }
  return new Uint8Array(packed.buffer)
}

export function unpackPoints(bytes: Uint8Array): Point[] {
  const packed = doubles(bytes)
  const points: Point[] = []
  for (let at = 0; at + 2 < packed.length; at += pointWidth) points.push(pointAt(packed, at))
  return points
}

/** Doubles side by side, 32 bytes a point; `count` is how many there are of all keys. */
export function packKeyedPoints(points: PointsByKey, count: number): Uint8Array {
  const packed = new Float64Array(count * keyedWidth)
  let at = 0
  for (const [key, ofKey] of points) {
    for (const point of ofKey) {
      packed[at] = key
      packed[at + 1] = point.timestamp
      packed[at + 2] = point.step
      packed[at + 3] = point.value
      at += keyedWidth
    }
  }
  return new Uint8Array(packed.buffer)
}

/** Hands each point with its key to `take`. */
export function unpackKeyedPoints(
  bytes: Uint8Array,
  take: (key: number, point: Point) => void,
): void {
  const packed = doubles(bytes)
  for (let at = 0; at + 3 < packed.length; at += keyedWidth) {
    take(packed[at] ?? 0, pointAt(packed, at + 1))
  }
}

function pointAt(packed: Float64Array, at: number): Point {
  return { timestamp: packed[at] ?? 0, step: packed[at + 1] ?? 0, value: packed[at + 2] ?? 0 }
}

function doubles(bytes: Uint8Array): Float64Array {
  const aligned = bytes.byteOffset % 8 === 0 ? bytes : bytes.slice()
  return new Float64Array(aligned.buffer, aligned.byteOffset, Math.floor(aligned.length / 8))
}

/** The history's order: by time, step and value, where NaN counts as a zero that comes after zero. */
export function comparePoints(a: Point, b: Point): number {
  if (a.timestamp !== b.timestamp) return a.timestamp - b.timestamp
  if (a.step !== b.step) return a.step - b.step
  const left = storedValue(a.value)
  const right = storedValue(b.value)
  return left === right ? isNan(a.value) - isNan(b.value) : left < right ? -1 : 1
}

/** Sorted, each exact point once. Sorts only what is not in order already. */
export function inOrder(points: readonly Point[]): readonly Point[] {
  if (isInOrder(points)) return points
  const sorted = points.toSorted(comparePoints)
  return sorted.filter(
    (point, index) => index === 0 || comparePoints(sorted[index - 1] ?? point, point) !== 0,
  )
}

function isInOrder(points: readonly Point[]): boolean {
  let before: Point | undefined
  for (const point of points) {
    if (before && comparePoints(before, point) >= 0) return false
    before = point
  }
  return true
}

/** Tables keep NaN as zero with a mark. */
export function storedValue(value: number): number {
  return Number.isNaN(value) ? 0 : value
}

export function isNan(value: number): 0 | 1 {
  return Number.isNaN(value) ? 1 : 0
}
