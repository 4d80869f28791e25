import type { WriteMode } from './types.ts'

export interface TableSchemaTable {
  name: string
  comment: string | null
  created_by: string
  created_at: number
}

export interface TableEntryTable {
  id: string
  schema_name: string
  name: string
  location: string
  /** 1 when dropping the table deletes its files. */
  is_managed: number
  /** The newest version that the event `tables.committed` was written for; -1 at first. */
  event_version: number
  created_by: string
  created_at: number
  updated_at: number
}

export interface TableStageTable {
  id: string
  attempt_id: string
  table_name: string
  /** `change`: the commit is in `change_plan`, not to be worked out from rows. */
  mode: WriteMode | 'change'
  /** Key columns of a merge, as a JSON list. */
  keys: string
  /** The folder of the table, which holds the synced Parquet files. */
  location: string
  /** The `add` actions of the files, as a JSON list. */
  file: string
  /** The schema of the files, as Delta's JSON. */
  schema_string: string
  partition_columns: string
  comment: string | null
  change_plan: string | null
  properties: string
  rows: number
  request_id: string | null
  principal: string
  created_at: number
}

declare module '../core/db/tables.ts' {
  interface Tables {
    table_schema: TableSchemaTable
    table_entry: TableEntryTable
    table_stage: TableStageTable
  }
}

declare module '../core/events/types.ts' {
  interface EventPayloads {
    'tables.committed': {
      readonly table: string
      readonly version: number
      readonly operation: string
      /** Rows that the commit added. */
      readonly rows: number
    }
  }
}
