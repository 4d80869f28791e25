import { expect, it } from 'vitest'
import { parseCsv } from './parse-csv.ts'

const options = { separator: ',', mostRows: 100 }

it('reads quotes, doubled quotes and line ends inside quotes', () => {
  const { header, rows } = parseCsv('a,b\r\n"x, y","he said ""no""\nthen left"\n1,\n', options)
  expect(header).toEqual(['a', 'b'])
  expect(rows).toEqual([
    ['x, y', 'he said "no"\nthen left'],
    ['1', ''],
  ])
})

it('stops after the rows asked for and says so', () => {
  const table = parseCsv('a\n1\n2\n3\n', { separator: ',', mostRows: 2 })
  expect(table.rows).toHaveLength(2)
  expect(table.truncated).toBe(true)
})
