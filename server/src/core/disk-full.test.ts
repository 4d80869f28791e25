import { writeFile } from 'node:fs/promises'
import { DatabaseSync } from 'node:sqlite'
import { expect, test } from 'vitest'
import { findDiskFull } from './disk-full.ts'

async function errorOf(work: () => unknown): Promise<unknown> {
  try {
    await work()
  } catch (error) {
    return error
  }
  throw new Error('expected an error')
}

test('a write to a full device is a full disk, however deep it is the cause', async () => {
  const full = await errorOf(() => writeFile('/dev/full', 'x'))
  const wrapped = new Error('the log could not be written', { cause: full })
  for (const error of [full, wrapped]) {
    expect(findDiskFull(error)).toMatchObject({
      code: 'CORE_DISK_FULL',
      status: 507,
      wire: 'RESOURCE_EXHAUSTED',
      message:
        'Nothing was saved: the disk is full. Free some space below the data folder, then do it again',
    })
  }
})

test('a full SQLite is a full disk; a broken constraint is not', async () => {
  using database = new DatabaseSync(':memory:')
  database.exec('pragma max_page_count = 2; create table t (x)')
  const full = await errorOf(() => database.exec('insert into t values (zeroblob(100000))'))
  expect(findDiskFull(full)?.message).toContain("the database's disk is full")
  const broken = await errorOf(() => database.exec('insert into nowhere values (1)'))
  expect(findDiskFull(broken)).toBeUndefined()
})
