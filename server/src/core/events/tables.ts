import type { Generated } from 'kysely'

export interface EventTable {
  seq: Generated<number>
  id: string
  type: string
  subject: string
  payload: string
  principal: string
  created_at: number
}

export interface EventCursorTable {
  consumer: string
  seq: number
}

declare module '../db/tables.ts' {
  interface Tables {
    event: EventTable
    event_cursor: EventCursorTable
  }
}
