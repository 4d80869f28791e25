export interface ServedEntity {
  readonly name: string
  readonly entity_name: string
  readonly entity_version: string
  readonly workload_size?: string
  readonly flavour?: string
  readonly state?: { readonly deployment?: string; readonly deployment_state_message?: string }
}

export interface EndpointConfig {
  readonly config_version?: number
  readonly served_entities?: readonly ServedEntity[]
  readonly traffic_config?: {
    readonly routes?: readonly {
      readonly served_entity_name?: string
      readonly served_model_name?: string
      readonly traffic_percentage: number
    }[]
  }
  readonly auto_capture_config?: {
    readonly enabled?: boolean
    readonly state?: { readonly payload_table?: { readonly name?: string } }
  }
}

/** Times are epoch milliseconds. */
export interface Endpoint {
  readonly name: string
  readonly creator?: string
  readonly creation_timestamp?: number
  readonly last_updated_timestamp?: number
  readonly description?: string
  readonly endpoint_url?: string
  readonly state?: { readonly ready?: string; readonly config_update?: string }
  readonly state_message?: string
  readonly config?: EndpointConfig
  readonly pending_config?: EndpointConfig
}

/** One word for where an endpoint stands. */
export function endpointState(endpoint: Endpoint): string | undefined {
  const { ready, config_update: update } = endpoint.state ?? {}
  return update === 'IN_PROGRESS' || update === 'UPDATE_FAILED' ? update : ready
}
