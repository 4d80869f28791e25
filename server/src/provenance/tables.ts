export interface ProvenanceReplayTable {
  id: string
  model: string
  version: number
  state: string
  original_run: string
  replay_run: string
  pins: string
  /** JSON: differences and what was compared. */
  outcome: string | null
  message: string | null
  principal: string
  created_at: number
  ended_at: number | null
}

declare module '../core/db/tables.ts' {
  interface Tables {
    provenance_replay: ProvenanceReplayTable
  }
}
