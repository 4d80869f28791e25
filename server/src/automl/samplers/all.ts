import { openBayesSampler } from './bayes.ts'
import { openRandomSampler } from './random.ts'
import type { OpenSampler } from './sampler.ts'

/** Every sampler by the name under which a search asks for it. */
export const samplers = {
  bayes: openBayesSampler,
  random: openRandomSampler,
} as const satisfies Record<string, OpenSampler>

export type SamplerName = keyof typeof samplers
export const samplerNames = Object.keys(samplers) as SamplerName[]
