/** What the server and its SQL process say to each other. */
import type { DeltaType } from '../delta/schema.ts'

/** How values travel: exact texts of the statement API, or plain values for code. */
export type ValueFormat = 'text' | 'plain'

export interface Column {
  readonly name: string
  readonly type: DeltaType
}

export type Command =
  | { readonly op: 'open'; readonly engine: number; readonly folders: OpenFolders }
  | { readonly op: 'close'; readonly engine: number }
  | { readonly op: 'connect'; readonly engine: number; readonly session: number }
  | { readonly op: 'disconnect'; readonly session: number }
  | { readonly op: 'interrupt'; readonly session: number }
  | { readonly op: 'run'; readonly session: number; readonly sql: string }
  | { readonly op: 'rows'; readonly session: number; readonly sql: string }
  | {
      readonly op: 'stream'
      readonly session: number
      readonly sql: string
      readonly format: ValueFormat
    }
  | { readonly op: 'next'; readonly session: number }

export interface OpenFolders {
  /** Everything that SQL may touch. */
  readonly allowed: readonly string[]
  /** For spilling, imports and exports. */
  readonly scratch: string
}

export type Request = Command & { readonly id: number }

export type Answer =
  | { readonly id: number; readonly value: unknown }
  | { readonly id: number; readonly error: string }
