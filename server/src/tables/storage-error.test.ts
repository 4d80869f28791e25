import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { testCtx } from '../core/testing.ts'
import { tablesMigrations } from './migrations.ts'
import { listTables } from './catalog-service.ts'
import { toStorageError } from './storage-error.ts'
import { tableRoot } from './room.ts'
import { writeTable } from './write-service.ts'

test('a full disk is an error that says what to do', () => {
  const full = Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' })
  expect(toStorageError(full)).toMatchObject({
    code: 'CORE_DISK_FULL',
    status: 507,
    message:
      'Nothing was saved: the disk is full. Free some space below the data folder, then do it again',
  })
  const other = new Error('other')
  expect(toStorageError(other)).toBe(other)
})

test('a file in the way of a table is an error that says so, and nothing changes', async () => {
  await using ctx = await testCtx('sqlite', tablesMigrations)
  const folder = join(tableRoot(ctx), 'default')
  await mkdir(folder, { recursive: true })
  await writeFile(join(folder, 't'), 'in the way')
  const writing = writeTable(ctx, { table: 't', mode: 'append', source: { sql: 'select 1 as a' } })
  await expect(writing).rejects.toThrow(/Nothing was written: a file is in the way/)
  expect(await listTables(ctx)).toEqual([])
  expect(await readFile(join(folder, 't'), 'utf8')).toBe('in the way')
})
