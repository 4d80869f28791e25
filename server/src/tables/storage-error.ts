import { AppError, findDiskFull } from '../core/index.ts'
import { tablesErrors } from './errors.ts'

const causes: Readonly<Record<string, string>> = {
  EROFS: 'the file system is read-only; make it writable',
  EACCES: 'the server may not write there; give it the right to',
  EPERM: 'the server may not write there; give it the right to',
  EEXIST: "a file is in the way of the table's folder; move it",
  ENOTDIR: "a file is in the way of the table's folder; move it",
  EMFILE: 'the server has too many files open; raise its limit',
  ENAMETOOLONG: 'the name is too long; choose a shorter one',
}

/** An error of the file system as one that says what to do; any other error as it is. */
export function toStorageError(error: unknown): unknown {
  if (error instanceof AppError || !(error instanceof Error)) return error
  const full = findDiskFull(error)
  if (full) return full
  const cause = causes[(error as NodeJS.ErrnoException).code ?? '']
  return cause === undefined
    ? error
    : tablesErrors.TABLES_STORAGE_FAILED(cause).with({ cause: error })
}
