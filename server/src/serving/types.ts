import type { FlavourKind } from './flavours/flavour.ts'

export const ConfigUpdate = {
  NotUpdating: 'NOT_UPDATING',
  InProgress: 'IN_PROGRESS',
  Failed: 'UPDATE_FAILED',
} as const
export type ConfigUpdate = (typeof ConfigUpdate)[keyof typeof ConfigUpdate]

export const Deployment = {
  Creating: 'DEPLOYMENT_CREATING',
  Ready: 'DEPLOYMENT_READY',
  Failed: 'DEPLOYMENT_FAILED',
  Aborted: 'DEPLOYMENT_ABORTED',
} as const
export type Deployment = (typeof Deployment)[keyof typeof Deployment]

/** Worker processes of a Python model: 1, 2 or 4. */
export const WorkloadSize = { Small: 'Small', Medium: 'Medium', Large: 'Large' } as const
export type WorkloadSize = (typeof WorkloadSize)[keyof typeof WorkloadSize]

export interface ModelRef {
  readonly name: string
  readonly version: number
}

/** One model version behind an endpoint, as it was asked for. */
export interface EntitySpec {
  /** Unique within the endpoint; part of the answer's `served-model-name`. */
  readonly name: string
  readonly model: ModelRef
  readonly workloadSize: WorkloadSize
  readonly scaleToZero: boolean
  readonly environmentVars: Readonly<Record<string, string>>
  /** Share of the traffic; all of an endpoint add up to 100. */
  readonly trafficPercentage: number
}

export interface Entity extends EntitySpec {
  readonly state: Deployment
  readonly message: string
  /** Known once it is ready. */
  readonly flavour: FlavourKind | undefined
}

/** Where traffic is recorded: table `<catalog>.<schema>.<prefix>_payload`. */
export interface CaptureConfig {
  readonly catalog: string
  readonly schema: string
  readonly prefix: string
  readonly enabled: boolean
}

export interface ConfigSpec {
  readonly entities: readonly EntitySpec[]
  readonly capture: CaptureConfig | undefined
}

export interface EndpointConfig {
  readonly version: number
  readonly creator: string
  readonly createdAt: Date
  readonly entities: readonly Entity[]
  readonly capture: CaptureConfig | undefined
}

export interface Tag {
  readonly key: string
  readonly value: string
}

export interface Endpoint {
  readonly id: string
  readonly name: string
  readonly creator: string
  readonly createdAt: Date
  readonly updatedAt: Date
  readonly tags: readonly Tag[]
  readonly description: string
  readonly update: ConfigUpdate
  /** Why the last update failed. */
  readonly message: string
  /** What answers requests. */
  readonly live: EndpointConfig | undefined
  /** What is being made ready, or failed to be. */
  readonly pending: EndpointConfig | undefined
}

export function labelOf(model: ModelRef): string {
  return `${model.name}/${model.version}`
}

export function captureTable(capture: CaptureConfig): string {
  return `${capture.catalog}.${capture.schema}.${capture.prefix}_payload`
}
