import { AppError, type Ctx, type LineageEdge } from '../../core/index.ts'
import { getTable } from '../../tables/index.ts'
import type { TableVersion } from './types.ts'

export interface TableNow {
  readonly version: number
  readonly createdAt: Date
}

/** The table as it is now; undefined when there is none. */
export async function findTableNow(ctx: Ctx, name: string): Promise<TableNow | undefined> {
  try {
    const { version, createdAt } = await getTable(ctx, name)
    return { version, createdAt }
  } catch (error) {
    if (error instanceof AppError && error.status < 500) return undefined
    throw error
  }
}

/** Text that differs whenever the table has other rows, also when it was dropped and made again. */
export async function versionOf(ctx: Ctx, name: string): Promise<string> {
  const table = await findTableNow(ctx, name)
  return table ? `${table.version} of ${table.createdAt.toISOString()}` : 'missing'
}

/** `table:main.default.x@4`. */
export function tableOfEdge({ to }: Pick<LineageEdge, 'to'>): TableVersion | undefined {
  const [, table = '', version = ''] = /^table:(.+)@(\d+)$/.exec(to) ?? []
  return table === '' ? undefined : { table, version: Number(version) }
}
