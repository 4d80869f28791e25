// Writes schema/sqlite.sql and schema/postgres.sql, the schema after every migration. `npm run schema`
import { mkdir, writeFile } from 'node:fs/promises'
import { migrations } from '../../server/src/app.ts'
import { testCtx } from '../../server/src/core/testing.ts'
import { setup, teardown } from '../../tests/support/shared-postgres.ts'
import { dumpPostgres, dumpSqlite } from './schema-dump.ts'

const folder = new URL('../../schema/', import.meta.url)
await setup()
await mkdir(folder, { recursive: true })
for (const dialect of ['sqlite', 'postgres'] as const) {
  await using ctx = await testCtx(dialect, ...migrations.slice(1))
  const dump = dialect === 'sqlite' ? dumpSqlite : dumpPostgres
  await writeFile(new URL(`${dialect}.sql`, folder), await dump(ctx))
}
await teardown()
