declare module '../core/events/types.ts' {
  interface EventPayloads {
    'serving.endpoint_changed': {
      readonly name: string
      /** `READY`, `UPDATING`, `UPDATE_FAILED` or `DELETED`. */
      readonly state: string
      /** What answers requests now. */
      readonly served: readonly { readonly model: string; readonly version: number }[]
    }
    'serving.scored': {
      readonly scoring_id: string
      readonly model: string
      readonly version: number
      /** `main.default.x@4` */
      readonly input: string
      readonly output_table: string
      readonly output_version: number
      readonly rows: number
    }
  }
}

export {}
