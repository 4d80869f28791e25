/** What a parameter can be set to. */
export type ParameterValue = string | number | boolean | null

interface Named {
  readonly name: string
  /** The parameter exists only where another, earlier one has this value. */
  readonly when?: { readonly name: string; readonly equals: ParameterValue }
}

export interface FloatParameter extends Named {
  readonly kind: 'float'
  readonly low: number
  readonly high: number
  /** Searched by ratios instead of differences; `low` must be positive. @default false */
  readonly log?: boolean
}

export interface IntParameter extends Named {
  readonly kind: 'int'
  readonly low: number
  /** Inclusive. */
  readonly high: number
  /** @default false */
  readonly log?: boolean
}

export interface CategoricalParameter extends Named {
  readonly kind: 'categorical'
  readonly choices: readonly ParameterValue[]
}

export type Parameter = FloatParameter | IntParameter | CategoricalParameter

/** Parameters in an order in which every `when` looks back. */
export type Space = readonly Parameter[]

/** One value for every parameter that exists at this place in the space. */
export type Point = Readonly<Record<string, ParameterValue>>

/** Throws where a space cannot be searched: a bug of whoever wrote it, not of its user. */
export function assertSpace(space: Space): void {
  const seen = new Set<string>()
  for (const parameter of space) {
    const { name, when } = parameter
    if (seen.has(name)) throw new Error(`Two parameters are named "${name}"`)
    if (when && !seen.has(when.name)) {
      throw new Error(`"${name}" depends on "${when.name}", which does not come before it`)
    }
    assertRange(parameter)
    seen.add(name)
  }
}

function assertRange(parameter: Parameter): void {
  if (parameter.kind === 'categorical') {
    if (parameter.choices.length === 0) throw new Error(`"${parameter.name}" has no choices`)
    return
  }
  const { name, low, high, log } = parameter
  if (!(low < high)) throw new Error(`"${name}" needs low < high, found ${low} and ${high}`)
  if (log && low <= 0) throw new Error(`"${name}" is searched by ratios; ${low} is not positive`)
}

/** Whether the parameter exists where `point` has been decided so far. */
export function isActive(parameter: Parameter, point: Point): boolean {
  return parameter.when === undefined || point[parameter.when.name] === parameter.when.equals
}

/** Builds a point in the order of the space, asking only for the parameters that exist there. */
export function buildPoint(
  space: Space,
  choose: (parameter: Parameter, index: number) => ParameterValue,
): Point {
  const point: Record<string, ParameterValue> = {}
  for (const [index, parameter] of space.entries()) {
    if (isActive(parameter, point)) point[parameter.name] = choose(parameter, index)
  }
  return point
}

/** The value at a place from 0 to 1 of the parameter's range. */
export function fromUnit(parameter: Parameter, unit: number): ParameterValue {
  const place = Math.min(1, Math.max(0, unit))
  switch (parameter.kind) {
    case 'categorical': {
      const { choices } = parameter
      return choices[Math.min(choices.length - 1, Math.floor(place * choices.length))] ?? null
    }
    case 'float':
      return clamp(unscale(parameter, place, [parameter.low, parameter.high]), parameter)
    case 'int': {
      // Half a step on either side, so that the ends are as likely as the rest.
      const ends: Ends = [parameter.low - 0.499_999, parameter.high + 0.499_999]
      return clamp(Math.round(unscale(parameter, place, ends)), parameter)
    }
  }
}

/** The place from 0 to 1 of a value in the parameter's range: the inverse of `fromUnit`. */
export function toUnit(parameter: Parameter, value: ParameterValue): number {
  switch (parameter.kind) {
    case 'categorical': {
      const index = Math.max(0, parameter.choices.indexOf(value))
      return (index + 0.5) / parameter.choices.length
    }
    case 'float':
      return scale(parameter, Number(value), [parameter.low, parameter.high])
    case 'int':
      return scale(parameter, Number(value), [
        parameter.low - 0.499_999,
        parameter.high + 0.499_999,
      ])
  }
}

type Ends = readonly [number, number]

function unscale({ log }: { readonly log?: boolean }, place: number, [low, high]: Ends): number {
  if (!log) return low + place * (high - low)
  return Math.exp(Math.log(low) + place * (Math.log(high) - Math.log(low)))
}

function scale({ log }: { readonly log?: boolean }, value: number, [low, high]: Ends): number {
  if (!log) return (value - low) / (high - low)
  return (Math.log(value) - Math.log(low)) / (Math.log(high) - Math.log(low))
}

function clamp(
  value: number,
  { low, high }: { readonly low: number; readonly high: number },
): number {
  return Math.min(high, Math.max(low, value))
}
