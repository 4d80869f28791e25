import { AppError, findDiskFull } from '../../core/index.ts'
import { tablesErrors } from '../errors.ts'

const limits = /^(?:Out of Memory Error|IO Error: .*max_temp_directory_size)/
/** The system's words at the end of DuckDB's, and its code for them. */
const fullDisk = [
  [/No space left on device/, 'ENOSPC'],
  [/Disk quota exceeded/, 'EDQUOT'],
  [/File too large/, 'EFBIG'],
] as const

/** DuckDB's error as ours: what the statement did wrong is the caller's to see, without paths of this machine. */
export function toStatementError(error: unknown): unknown {
  if (error instanceof AppError || !(error instanceof Error)) return error
  if (!/^[A-Za-z ]+ (?:Error|exception):/.test(error.message)) return error
  const [first = ''] = error.message.split('\n\n')
  const [, code] =
    (first.startsWith('IO Error') && fullDisk.find(([words]) => words.test(first))) || []
  if (code !== undefined) return findDiskFull(Object.assign(error, { code }))
  if (limits.test(first)) {
    return tablesErrors.TABLES_STATEMENT_TOO_BIG(first).with({ cause: error })
  }
  const problem = first.startsWith('Permission Error')
    ? 'SQL may not read or write files; use tables, or POST …/tables/{name}/ingest'
    : error.message.trim()
  return tablesErrors.TABLES_STATEMENT_INVALID(problem).with({ cause: error })
}
