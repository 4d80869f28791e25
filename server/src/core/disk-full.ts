import { AppError, coreErrors } from './errors.ts'

/** Of the file system, of SQLite (`errcode`) and of Postgres. */
const causes = new Map<unknown, string>([
  ['ENOSPC', 'the disk is full'],
  ['EDQUOT', 'the disk quota is used up'],
  ['EFBIG', 'the disk takes no file of this size'],
  [13, "the database's disk is full"],
  [778, "the database's disk takes no more"],
  [4874, "the database's disk takes no more"],
  ['53100', "the database's disk is full"],
])

/** The answer to give when `error`, or what caused it, is a disk that takes no more. */
export function findDiskFull(error: unknown): AppError | undefined {
  for (let at = error; at instanceof Error; at = at.cause) {
    if (at instanceof AppError && at.status === 507) return at
    const { code, errcode } = at as { readonly code?: unknown; readonly errcode?: unknown }
    const cause = causes.get(code) ?? causes.get(errcode)
    if (cause !== undefined) return coreErrors.CORE_DISK_FULL(cause).with({ cause: error })
  }
  return undefined
}
