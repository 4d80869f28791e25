declare module '../core/events/types.ts' {
  interface EventPayloads {
    'gates.evaluated': {
      readonly name: string
      readonly version: number
      readonly evaluation_id: string
      readonly passed: boolean
    }
  }
}

export {}
