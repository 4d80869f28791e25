import type { Selectable } from 'kysely'
import { openSecret, sealSecret } from '../../auth/index.ts'
import type { Ctx } from '../../core/index.ts'
import type { NotificationDestinationTable } from '../tables.ts'
import type { DestinationConfig } from './destination-types.ts'

export interface Destination {
  readonly id: string
  readonly displayName: string
  readonly config: DestinationConfig
}

export async function upsertDestination(tx: Ctx, destination: Destination): Promise<void> {
  const row = {
    display_name: destination.displayName,
    type: destination.config.type,
    sealed_config: sealSecret(tx, JSON.stringify(destination.config)),
  }
  await tx.db
    .insertInto('notification_destination')
    .values({ id: destination.id, created_at: tx.now().getTime(), ...row })
    .onConflict((c) => c.column('id').doUpdateSet(row))
    .execute()
}

export async function findDestination(ctx: Ctx, id: string): Promise<Destination | undefined> {
  const row = await ctx.db
    .selectFrom('notification_destination')
    .selectAll()
    .where('id', '=', id)
    .executeTakeFirst()
  return row && toDestination(ctx, row)
}

/** In the order in which they were made. */
export async function listDestinations(
  ctx: Ctx,
  page: { readonly after: string; readonly limit: number },
): Promise<Destination[]> {
  const rows = await ctx.db
    .selectFrom('notification_destination')
    .selectAll()
    .where('id', '>', page.after)
    .orderBy('id')
    .limit(page.limit)
    .execute()
  return rows.map((row) => toDestination(ctx, row))
}

/** Whether it was there. */
export async function deleteDestination(tx: Ctx, id: string): Promise<boolean> {
  const gone = await tx.db
    .deleteFrom('notification_destination')
    .where('id', '=', id)
    .returning('id')
    .executeTakeFirst()
  return gone !== undefined
}

function toDestination(ctx: Ctx, row: Selectable<NotificationDestinationTable>): Destination {
  return {
    id: row.id,
    displayName: row.display_name,
    config: JSON.parse(openSecret(ctx, row.sealed_config)) as DestinationConfig,
  }
}
