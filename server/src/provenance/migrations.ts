import type { Migrations } from '../core/index.ts'

/** Append only. A merged migration is never edited; the next one repairs it. */
export const provenanceMigrations: Migrations = {}
