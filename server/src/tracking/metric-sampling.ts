import type { Metric } from './types.ts'

export interface SampleOptions {
  /** Only steps from here on. */
  readonly startStep?: number | undefined
  /** Only steps up to here. */
  readonly endStep?: number | undefined
  /** As many distinct steps as are kept; the first and the last always are. */
  readonly mostSteps: number
}

/** Every value at steps that are spread evenly over those that there are, by step and time. */
export function sampleSteps(metrics: readonly Metric[], options: SampleOptions): Metric[] {
  const { startStep = -Infinity, endStep = Infinity, mostSteps } = options
  const within = metrics.filter(({ step }) => step >= startStep && step <= endStep)
  const steps = [...new Set(within.map(({ step }) => step))].sort((a, b) => a - b)
  const kept = steps.length > mostSteps ? new Set(spread(steps, mostSteps)) : undefined
  const chosen = kept ? within.filter(({ step }) => kept.has(step)) : within
  return chosen.toSorted((a, b) => a.step - b.step || a.timestamp - b.timestamp)
}

function spread(steps: readonly number[], most: number): number[] {
  const last = steps.length - 1
  const places =
    most === 1 ? [last] : Array.from({ length: most }, (_, i) => (i * last) / (most - 1))
  return places.map((place) => steps[Math.round(place)] ?? 0)
}
