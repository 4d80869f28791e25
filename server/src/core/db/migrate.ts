import { Migrator, type Migration } from 'kysely/migration'
import type { Db } from './tables.ts'

export type Migrations = Record<string, Migration>

/** Brings the database to the newest schema. Names sort by number, then room: `0001_core_event`. */
export async function migrate(db: Db, rooms: readonly Migrations[]): Promise<void> {
  const all: Migrations = {}
  for (const migrations of rooms) {
    for (const [name, migration] of Object.entries(migrations)) {
      if (all[name]) throw new Error(`Two rooms have a migration named ${name}`)
      all[name] = migration
    }
  }
  // Rooms advance on their own, so a newer room's first migration may sort before an applied one.
  const migrator = new Migrator({
    db,
    provider: { getMigrations: async () => all },
    allowUnorderedMigrations: true,
  })
  const { error } = await migrator.migrateToLatest()
  if (error) throw error
}
