import type { Point, Space } from './space.ts'

/** A function with a known minimum, for measuring samplers. */
export interface TestFunction {
  readonly name: string
  readonly space: Space
  /** How far above the minimum a point is. */
  readonly regret: (point: Point) => number
}

const box = (count: number, low: number, high: number): Space =>
  Array.from({ length: count }, (_, index) => ({ kind: 'float', name: `x${index}`, low, high }))

const coordinates = (point: Point): number[] => Object.values(point).map(Number)

/** Three valleys of the same depth. */
export const branin: TestFunction = {
  name: 'Branin',
  space: [
    { kind: 'float', name: 'x0', low: -5, high: 10 },
    { kind: 'float', name: 'x1', low: 0, high: 15 },
  ],
  regret: (point) => {
    const [x = 0, y = 0] = coordinates(point)
    const parabola = y - (5.1 / (4 * Math.PI ** 2)) * x ** 2 + (5 / Math.PI) * x - 6
    const value = parabola ** 2 + 10 * (1 - 1 / (8 * Math.PI)) * Math.cos(x) + 10
    return value - 0.397_887_357_729_739
  },
}

const hartmannWidths = [
  [10, 3, 17, 3.5, 1.7, 8],
  [0.05, 10, 17, 0.1, 8, 14],
  [3, 3.5, 1.7, 10, 17, 8],
  [17, 8, 0.05, 10, 0.1, 14],
]
const hartmannCentres = [
  [0.1312, 0.1696, 0.5569, 0.0124, 0.8283, 0.5886],
  [0.2329, 0.4135, 0.8307, 0.3736, 0.1004, 0.9991],
  [0.2348, 0.1451, 0.3522, 0.2883, 0.3047, 0.665],
  [0.4047, 0.8828, 0.8732, 0.5743, 0.1091, 0.0381],
]

/** Four overlapping pits in six dimensions. */
export const hartmann6: TestFunction = {
  name: 'Hartmann6',
  space: box(6, 0, 1),
  regret: (point) => {
    const x = coordinates(point)
    let value = 3.322_368_011_415_515
    for (const [pit, depth] of [1, 1.2, 3, 3.2].entries()) {
      let distance = 0
      for (const [axis, at] of x.entries()) {
        const centre = hartmannCentres[pit]?.[axis] ?? 0
        distance += (hartmannWidths[pit]?.[axis] ?? 0) * (at - centre) ** 2
      }
      value -= depth * Math.exp(-distance)
    }
    return value
  },
}

/** One long, bent, almost flat valley. */
export const rosenbrock4: TestFunction = {
  name: 'Rosenbrock4',
  space: box(4, -5, 10),
  regret: (point) => {
    const x = coordinates(point)
    let value = 0
    for (let i = 0; i + 1 < x.length; i += 1) {
      const [here = 0, next = 0] = [x[i], x[i + 1]]
      value += 100 * (next - here ** 2) ** 2 + (1 - here) ** 2
    }
    return value
  },
}

/** A deep hole in a bumpy plain. */
export const ackley5: TestFunction = {
  name: 'Ackley5',
  space: box(5, -32.768, 32.768),
  regret: (point) => {
    const x = coordinates(point)
    const meanSquare = x.reduce((sum, at) => sum + at ** 2, 0) / x.length
    const meanCosine = x.reduce((sum, at) => sum + Math.cos(2 * Math.PI * at), 0) / x.length
    return 20 + Math.E - 20 * Math.exp(-0.2 * Math.sqrt(meanSquare)) - Math.exp(meanCosine)
  },
}

export const testFunctions: readonly TestFunction[] = [branin, hartmann6, rosenbrock4, ackley5]
