export const TraceState = {
  Unspecified: 'STATE_UNSPECIFIED',
  Ok: 'OK',
  Error: 'ERROR',
  InProgress: 'IN_PROGRESS',
} as const
export type TraceState = (typeof TraceState)[keyof typeof TraceState]

export type TextMap = Readonly<Record<string, string>>

export interface TraceInfo {
  /** `tr-` and 32 hex digits. */
  readonly traceId: string
  readonly experimentId: string
  readonly clientRequestId: string
  readonly requestPreview: string
  readonly responsePreview: string
  /** Epoch milliseconds. */
  readonly requestTime: number
  /** Milliseconds; absent while it runs. */
  readonly executionMs: number | undefined
  readonly state: TraceState
  readonly metadata: TextMap
  readonly tags: TextMap
  /** Judgements about the trace, as MLflow's JSON. */
  readonly assessments: readonly object[]
}

export interface Trace {
  readonly info: TraceInfo
  /** Spans by start, each as JSON text. */
  readonly spans: readonly string[]
}
