import { parquetMetadata } from 'hyparquet'
import { parquetWriteBuffer } from 'hyparquet-writer'
import { expect, test } from 'vitest'
import { isBounded } from './parquet-bounds.ts'

const rows = 500
const file = parquetWriteBuffer({
  columnData: [
    { name: 'n', data: Array.from({ length: rows }, (_, i) => BigInt(i)), type: 'INT64' },
    { name: 'same', data: Array<string>(rows).fill('x'.repeat(1000)), type: 'STRING' },
  ],
})
const metadata = parquetMetadata(file)
const pageBytes = 100_000

test('takes a file whose rows and pages are small, and no other', () => {
  expect(isBounded(file, metadata, { rows, pageBytes })).toBe(true)
  expect(isBounded(file, metadata, { rows: rows - 1, pageBytes })).toBe(false)
  expect(isBounded(file, metadata, { rows, pageBytes: 900 })).toBe(false)
})

test('believes neither the footer nor a page', () => {
  const [group] = metadata.row_groups
  const lying = { ...metadata, num_rows: 1n, row_groups: group ? [{ ...group, num_rows: 1n }] : [] }
  expect(isBounded(file, lying, { rows: 10, pageBytes })).toBe(false)
  expect(isBounded(file.slice(0, 200), metadata, { rows, pageBytes })).toBe(false)
})
