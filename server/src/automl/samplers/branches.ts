import { encodingOf, genomeOf, pointOf, type Encoding, type Genome } from './encoding.ts'
import type { Observation } from './sampler.ts'
import type { Parameter, Point, Space } from './space.ts'

/**
 * A part of a space that is searched by itself: the parameters that exist under one choice of the
 * first parameter. What is learned under one choice says nothing about the parameters of another,
 * and many small models are fitted a hundred times faster than one large one.
 */
export interface Branch {
  readonly encoding: Encoding
  readonly owns: (point: Point) => boolean
  readonly toPoint: (genome: Genome) => Point
  readonly toGenome: (point: Point) => Genome
}

/** One branch per choice of the first parameter when others depend on it, otherwise the whole. */
export function branchesOf(space: Space): readonly Branch[] {
  const [chooser, ...others] = space
  const depends = others.filter(({ when }) => when?.name === chooser?.name)
  const isNested = others.some(({ when }) => when !== undefined && when.name !== chooser?.name)
  if (chooser?.kind !== 'categorical' || depends.length === 0 || isNested) {
    return [openBranch(space, {})]
  }
  return chooser.choices.map((choice) => {
    const own = others.filter(({ when }) => when === undefined || when.equals === choice)
    return openBranch(own.map(unconditional), { [chooser.name]: choice })
  })
}

function unconditional({ when: _when, ...parameter }: Parameter): Parameter {
  return parameter
}

function openBranch(space: Space, fixed: Point): Branch {
  const encoding = encodingOf(space)
  const conditions = Object.entries(fixed)
  return {
    encoding,
    owns: (point) => conditions.every(([name, value]) => point[name] === value),
    toPoint: (genome) => ({ ...fixed, ...pointOf(space, genome) }),
    toGenome: (point) => genomeOf(space, point),
  }
}

export function observationsOf(
  branch: Branch,
  observations: readonly Observation[],
): readonly Observation[] {
  return observations.filter(({ point }) => branch.owns(point))
}
