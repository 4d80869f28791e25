import { readableIds, type ResourceType } from '../../auth/index.ts'
import type { Ctx } from '../../core/index.ts'
import type { SqlPart } from './conditions.ts'

/**
 * The condition that the caller may read what the column (text) names. As part of the query it
 * leaves pages full, however little of everything the caller may read.
 */
export async function readableTest(ctx: Ctx, type: ResourceType, column: string): Promise<SqlPart> {
  const ids = await readableIds(ctx, type)
  if (!ids) return { sql: '1 = 1', parameters: [] }
  const list =
    ctx.database.dialect === 'sqlite'
      ? 'select value from json_each(?)'
      : 'select jsonb_array_elements_text(?::jsonb)'
  const word = ids.byDefault ? 'not in' : 'in'
  return { sql: `${column} ${word} (${list})`, parameters: [JSON.stringify(ids.exceptions)] }
}
