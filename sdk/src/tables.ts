import { setTimeout as delay } from 'node:timers/promises'
import { MillraceApiError, type Http } from './http.ts'

export interface QueryResult {
  readonly columns: readonly { readonly name: string; readonly type: string }[]
  /** One array per row; every value is text or null, as the SQL statements API sends it. */
  readonly rows: readonly (readonly (string | null)[])[]
}

export interface TableInfo {
  readonly name: string
  readonly version: number
  readonly rows: number
  readonly columns: readonly { readonly name: string; readonly type: string }[]
}

interface Statement {
  readonly statement_id: string
  readonly status: {
    readonly state: 'PENDING' | 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'CANCELED' | 'CLOSED'
    readonly error?: { readonly error_code?: string; readonly message?: string }
  }
  readonly manifest?: {
    readonly schema?: { readonly columns?: readonly { name: string; type_text?: string }[] }
    readonly total_chunk_count?: number
  }
  readonly result?: Chunk
}

interface Chunk {
  readonly data_array?: readonly (readonly (string | null)[])[]
  readonly next_chunk_index?: number
}

/** Delta tables and SQL. */
export interface TablesApi {
  /** Runs a statement to its end and fetches every row. */
  readonly query: (sql: string) => Promise<QueryResult>
  readonly get: (name: string) => Promise<TableInfo>
}

const statements = '/api/2.0/sql/statements'

export function tablesApi(http: Http): TablesApi {
  return {
    query: async (sql) => {
      const body = { statement: sql, warehouse_id: 'default', wait_timeout: '30s' }
      let statement = await http.call<Statement>('POST', statements, { body })
      while (statement.status.state === 'PENDING' || statement.status.state === 'RUNNING') {
        await delay(100)
        statement = await http.call('GET', `${statements}/${statement.statement_id}`)
      }
      return readResult(http, statement)
    },
    get: (name) => http.call('GET', `/api/millrace/1.0/tables/${encodeURIComponent(name)}`),
  }
}

function toError({ state, error }: Statement['status']): MillraceApiError {
  return new MillraceApiError(error?.message ?? `The statement ended ${state}`, {
    status: 400,
    errorCode: error?.error_code ?? 'BAD_REQUEST',
    details: [],
  })
}

async function readResult(http: Http, statement: Statement): Promise<QueryResult> {
  if (statement.status.state !== 'SUCCEEDED') throw toError(statement.status)
  const columns = statement.manifest?.schema?.columns ?? []
  const rows = [...(statement.result?.data_array ?? [])]
  let next = statement.result?.next_chunk_index
  while (next !== undefined) {
    const path = `${statements}/${statement.statement_id}/result/chunks/${next}`
    const chunk: Chunk = await http.call('GET', path)
    rows.push(...(chunk.data_array ?? []))
    next = chunk.next_chunk_index
  }
  return {
    columns: columns.map((column) => ({ name: column.name, type: column.type_text ?? '' })),
    rows,
  }
}
