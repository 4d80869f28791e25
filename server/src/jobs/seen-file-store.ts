import type { Db } from '../core/index.ts'

interface OfTrigger {
  readonly jobId: number
  readonly position: number
}

/** Files that the trigger has seen, below its folder. */
export async function listSeen(db: Db, of: OfTrigger): Promise<ReadonlySet<string>> {
  const rows = await db
    .selectFrom('job_seen_file')
    .select('path')
    .where('job_id', '=', of.jobId)
    .where('position', '=', of.position)
    .execute()
  return new Set(rows.map((row) => row.path))
}

const rowsPerInsert = 1000

export async function insertSeen(db: Db, of: OfTrigger, files: readonly string[]): Promise<void> {
  for (let at = 0; at < files.length; at += rowsPerInsert) {
    const rows = files
      .slice(at, at + rowsPerInsert)
      .map((path) => ({ job_id: of.jobId, position: of.position, path }))
    await db.insertInto('job_seen_file').values(rows).execute()
  }
}
