import type { ValueType } from './duck/values.ts'

export interface AnswerColumn {
  readonly name: string
  readonly type: ValueType
}

export const StatementState = {
  Pending: 'PENDING',
  Running: 'RUNNING',
  Succeeded: 'SUCCEEDED',
  Failed: 'FAILED',
  Canceled: 'CANCELED',
} as const
export type StatementState = (typeof StatementState)[keyof typeof StatementState]

export type TextRow = readonly (string | null)[]

export interface StatementChunk {
  readonly rowOffset: number
  readonly rowCount: number
  readonly byteCount: number
  /** Where the rows are, when not in memory. */
  readonly path: string | undefined
  readonly rows: readonly TextRow[] | undefined
}

/** One statement, from its arrival until it is forgotten. */
export interface StatementRecord {
  readonly id: string
  readonly owner: string
  readonly stop: AbortController
  state: StatementState
  error: { readonly code: string; readonly message: string } | undefined
  columns: readonly AnswerColumn[]
  readonly chunks: StatementChunk[]
  truncated: boolean
  done: Promise<void>
}
