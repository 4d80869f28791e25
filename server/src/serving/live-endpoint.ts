import type { EndpointMetrics } from './endpoint-metrics.ts'
import type { LoadedModel } from './model-loader.ts'
import type { Recorder } from './recorder.ts'

export interface LiveEntity {
  readonly name: string
  readonly trafficPercentage: number
  readonly model: LoadedModel
}

/** What answers an endpoint's requests: made whole, swapped whole, never changed. */
export interface LiveEndpoint {
  readonly name: string
  readonly configVersion: number
  readonly entities: readonly LiveEntity[]
  readonly recorder: Recorder | undefined
  readonly metrics: EndpointMetrics
  /** Gives the models back, after the requests in hand. */
  readonly release: () => Promise<void>
}

/** Chooses by traffic percentage; `draw` is from 0 up to 1. */
export function pickEntity(entities: readonly LiveEntity[], draw: number): LiveEntity | undefined {
  let rest = draw * 100
  for (const entity of entities) {
    rest -= entity.trafficPercentage
    if (rest < 0) return entity
  }
  return entities.findLast((entity) => entity.trafficPercentage > 0)
}
