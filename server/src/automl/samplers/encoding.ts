import { fromUnit, isActive, toUnit, type Parameter, type Point, type Space } from './space.ts'

/**
 * A space as coordinates from 0 to 1 for a model: one axis per number, one per choice of a
 * category (any two choices are equally far apart). A parameter that does not exist at a point
 * stands in the middle of its axes.
 */
export interface Encoding {
  readonly space: Space
  readonly width: number
  /** Where each parameter's axes begin. */
  readonly offsets: readonly number[]
  /** The parameter of each axis. */
  readonly groups: Uint16Array
}

const apart = Math.SQRT1_2

export function encodingOf(space: Space): Encoding {
  const offsets: number[] = []
  const groups: number[] = []
  for (const [index, parameter] of space.entries()) {
    offsets.push(groups.length)
    const axes = parameter.kind === 'categorical' ? parameter.choices.length : 1
    for (let axis = 0; axis < axes; axis += 1) groups.push(index)
  }
  return { space, width: groups.length, offsets, groups: Uint16Array.from(groups) }
}

/** Writes a point's coordinates. */
export function encodePoint(encoding: Encoding, point: Point, into: Float64Array): void {
  for (const [index, parameter] of encoding.space.entries()) {
    const offset = encoding.offsets[index] ?? 0
    const value = point[parameter.name]
    if (parameter.kind === 'categorical') {
      for (const [choice, candidate] of parameter.choices.entries()) {
        into[offset + choice] = value === candidate ? apart : 0
      }
    } else {
      into[offset] = value === undefined ? 0.5 : toUnit(parameter, value)
    }
  }
}

/** One place per parameter from 0 to 1, before anything is rounded or left out. */
export type Genome = Float64Array

export function genomeOf(space: Space, point: Point): Genome {
  return Float64Array.from(space, (parameter) => {
    const value = point[parameter.name]
    return value === undefined ? 0.5 : toUnit(parameter, value)
  })
}

export function pointOf(space: Space, genome: Genome): Point {
  const point: Record<string, Point[string]> = {}
  for (const [index, parameter] of space.entries()) {
    if (isActive(parameter, point)) point[parameter.name] = valueAt(parameter, genome[index])
  }
  return point
}

function valueAt(parameter: Parameter, place: number | undefined): Point[string] {
  return fromUnit(parameter, place ?? 0.5)
}
