import type { Http } from './http.ts'

export interface ScoreBatch {
  /** `models:/<name>/<version>`, `models:/<name>/<stage>` or `models:/<name>@<alias>`. */
  readonly model: string
  readonly table: string
  /** Of the table; the newest when absent. */
  readonly version?: number | undefined
  /** Made when it is not there. */
  readonly outputTable: string
  /** Columns of the input that the output keeps. */
  readonly keyColumns: readonly string[]
  /** `merge` replaces rows with the same keys. */
  readonly mode: 'append' | 'overwrite' | 'merge'
  /** The same key never writes twice. */
  readonly idempotencyKey?: string | undefined
}

export interface Scoring {
  readonly scoring_id: string
  readonly model: string
  readonly version: number
  readonly flavour: string
  readonly input_table: string
  readonly input_version: number
  readonly output_table: string
  readonly output_version: number | null
  readonly rows: number
}

export interface ServingApi {
  /** Scores one version of a table into another. */
  readonly scoreBatch: (batch: ScoreBatch) => Promise<Scoring>
}

export function servingApi(http: Http): ServingApi {
  return {
    scoreBatch: (batch) => {
      const body = {
        model: batch.model,
        table: batch.table,
        version: batch.version,
        output_table: batch.outputTable,
        key_columns: batch.keyColumns,
        mode: batch.mode,
        idempotency_key: batch.idempotencyKey,
      }
      return http.call('POST', '/api/millrace/1.0/serving/score-batch', { body })
    },
  }
}
