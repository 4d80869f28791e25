import { ApiError, requestJson } from '../api/http.ts'
import type { SqlColumn, SqlResult } from './wire.ts'

const path = '/api/2.0/sql/statements'
const pollMs = 500

interface Chunk {
  readonly data_array?: readonly (readonly (string | null)[])[]
  readonly next_chunk_index?: number
}

interface Statement {
  readonly statement_id: string
  readonly status: {
    readonly state: string
    readonly error?: { readonly error_code?: string; readonly message?: string }
  }
  readonly manifest?: {
    readonly schema?: { readonly columns?: readonly SqlColumn[] }
    readonly total_row_count?: number
    readonly truncated?: boolean
  }
  readonly result?: Chunk
}

export interface RunSqlInput {
  readonly statement: string
  readonly rowLimit: number
  readonly signal?: AbortSignal
}

/** Runs one statement to its end and collects its rows. Throws ApiError. */
export async function runSql(input: RunSqlInput): Promise<SqlResult> {
  const start = performance.now()
  const { statement, rowLimit, signal } = input
  const body = {
    statement,
    warehouse_id: 'default',
    wait_timeout: '10s',
    on_wait_timeout: 'CONTINUE',
    disposition: 'INLINE',
    format: 'JSON_ARRAY',
    row_limit: rowLimit,
  }
  const first = await requestJson<Statement>(path, { method: 'POST', body, signal })
  const done = await untilDone(first, signal)
  const rows = await allRows(done, signal)
  return {
    columns: done.manifest?.schema?.columns ?? [],
    rows,
    total: done.manifest?.total_row_count,
    truncated: done.manifest?.truncated ?? false,
    ms: performance.now() - start,
  }
}

const unfinished = new Set(['PENDING', 'RUNNING'])

async function untilDone(first: Statement, signal: AbortSignal | undefined): Promise<Statement> {
  let statement = first
  while (unfinished.has(statement.status.state)) {
    await new Promise((resolve) => setTimeout(resolve, pollMs))
    statement = await requestJson<Statement>(`${path}/${first.statement_id}`, { signal })
  }
  if (statement.status.state === 'SUCCEEDED') return statement
  const { error } = statement.status
  const code = error?.error_code ?? statement.status.state
  throw new ApiError(error?.message ?? `The statement ended as ${code}`, { status: 400, code })
}

async function allRows(
  statement: Statement,
  signal: AbortSignal | undefined,
): Promise<(readonly (string | null)[])[]> {
  const rows = [...(statement.result?.data_array ?? [])]
  let next = statement.result?.next_chunk_index
  while (next !== undefined) {
    const chunk: Chunk = await requestJson<Chunk>(
      `${path}/${statement.statement_id}/result/chunks/${next}`,
      { signal },
    )
    rows.push(...(chunk.data_array ?? []))
    next = chunk.next_chunk_index
  }
  return rows
}

/** A table name as SQL writes it. */
export function quoteName(name: string): string {
  return name
    .split('.')
    .map((part) => (/^\w+$/.test(part) ? part : `\`${part.replaceAll('`', '``')}\``))
    .join('.')
}
