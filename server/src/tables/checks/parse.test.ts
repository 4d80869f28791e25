import { expect, test } from 'vitest'
import { parseChecks } from './parse.ts'

test('reads every rule', () => {
  const checks = parseChecks(`
columns:
  id: {type: bigint, nullable: false, unique: true}
  plan:
    type: string
    allowed: [Basic, Pro]
  age: int
  note:
    required: false
    max_null_share: 0.5
    pattern: '^x'
  day: {type: date, min: 2024-01-01, max: '2024-12-31'}
extra_columns: forbid
unique: [[id, day]]
rows: {min: 1, max: 10}
`)
  expect(checks).toMatchObject({
    allowExtraColumns: false,
    unique: [['id', 'day']],
    minRows: 1,
    maxRows: 10,
  })
  expect(checks.columns).toMatchObject([
    { name: 'id', type: 'long', nullable: false, unique: true, required: true },
    { name: 'plan', type: 'string', allowed: ['Basic', 'Pro'] },
    { name: 'age', type: 'integer' },
    { name: 'note', required: false, maxNullShare: 0.5, pattern: '^x' },
    { name: 'day', type: 'date', min: '2024-01-01', max: '2024-12-31' },
  ])
})

test.each([
  ['columns:\n  a: {typo: 1}', 'line 2, column 7', /unknown rule 'typo'/],
  ['columns:\n  a:\n    type: wibble', 'line 3, column 11', /wibble/],
  ['columns:\n  a: {min: [1]}', 'line 2, column 12', /number/],
  ['columns:\n  a: {nullable: perhaps}', 'line 2, column 17', /true or false/],
  ['columns:\n  a: {pattern: "("}', 'line 2, column 16', /regular expression/i],
  ['columns:\n  a: {max_null_share: 2}', 'line 2, column 23', /0 to 1/],
  ['colums: {}', 'line 1, column 1', /unknown rule 'colums'/],
  ['columns: [a', 'line 1', /./],
  ['unique: [a]', 'line 1, column 10', /list of column names/],
  ['rows: {min: -1}', 'line 1, column 13', /whole number/],
  ['extra_columns: maybe', 'line 1, column 16', /allow or forbid/],
  ['- a', 'line 1, column 1', /map/],
  ['', 'line 1, column 1', /map/],
])('names the place of a mistake in %j', (text, place, problem) => {
  expect(() => parseChecks(text)).toThrow(place)
  expect(() => parseChecks(text)).toThrow(problem)
})
