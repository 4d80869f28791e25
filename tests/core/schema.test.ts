import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { dumpPostgres, dumpSqlite } from '../../scripts/docs/schema-dump.ts'
import { migrations } from '../../server/src/app.ts'
import { testCtx, testDialects } from '../../server/src/core/testing.ts'

test.each(testDialects)('schema/%s.sql is what the migrations make', async (dialect) => {
  await using ctx = await testCtx(dialect, ...migrations.slice(1))
  const made = await (dialect === 'sqlite' ? dumpSqlite(ctx) : dumpPostgres(ctx))
  const committed = await readFile(`schema/${dialect}.sql`, 'utf8')
  expect(made, "run 'npm run schema' and commit what it writes").toBe(committed)
})
