import type { Selectable } from 'kysely'
import type { Db } from '../core/index.ts'
import type { FeatureViewTable } from './tables.ts'
import type { View, ViewDefinition } from './types.ts'

export async function insertView(db: Db, view: View): Promise<void> {
  await db
    .insertInto('feature_view')
    .values({
      name: view.definition.name,
      version: view.version,
      definition: JSON.stringify(view.definition),
      creator: view.creator,
      created_at: view.createdAt.getTime(),
    })
    .execute()
}

/** The newest version of a view. */
export async function findView(db: Db, name: string): Promise<View | undefined> {
  const row = await db
    .selectFrom('feature_view')
    .selectAll()
    .where('name', '=', name)
    .orderBy('version', 'desc')
    .limit(1)
    .executeTakeFirst()
  return row && toView(row)
}

/** The newest version of every view after a name, by name. */
export async function listViews(db: Db, after: string, limit: number): Promise<View[]> {
  const rows = await db
    .selectFrom('feature_view as v')
    .selectAll('v')
    .where('v.name', '>', after)
    .where('v.version', '=', (eb) =>
      eb
        .selectFrom('feature_view as n')
        .whereRef('n.name', '=', 'v.name')
        .select((s) => s.fn.max('n.version').as('newest')),
    )
    .orderBy('v.name')
    .limit(limit)
    .execute()
  return rows.map(toView)
}

function toView(row: Selectable<FeatureViewTable>): View {
  return {
    definition: JSON.parse(row.definition) as ViewDefinition,
    version: Number(row.version),
    createdAt: new Date(Number(row.created_at)),
    creator: row.creator,
  }
}
