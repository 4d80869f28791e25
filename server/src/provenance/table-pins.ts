import { AppError, type Ctx } from '../core/index.ts'
import { queryRows } from '../tables/index.ts'

export interface TablePin {
  /** `main.churn.training@0`. */
  readonly table: string
  /** Null when they can no longer be read. */
  readonly rows: number | null
  /** Why it can no longer be read at that version; null when it can. */
  readonly gone: string | null
}

/** Counts a table at a version. That opens its files, so vacuumed ones are noticed. */
export async function readTablePin(ctx: Ctx, pin: string): Promise<TablePin> {
  const at = pin.lastIndexOf('@')
  const [table, version] = [pin.slice(0, at), Number(pin.slice(at + 1))]
  const quoted = table.split('.').map((part) => `"${part.replaceAll('"', '""')}"`)
  const sql = `select count(*) from ${quoted.join('.')}`
  // Looking is no use of the data, so no lineage comes of it.
  const { attemptId: _, ...principal } = ctx.principal
  try {
    const { rows } = await queryRows({ ...ctx, principal }, { sql, versions: { [table]: version } })
    return { table: pin, rows: Number(rows[0]?.[0]), gone: null }
  } catch (error) {
    if (!(error instanceof AppError) || error.status >= 500) throw error
    return { table: pin, rows: null, gone: error.message }
  }
}
