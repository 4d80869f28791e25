import { Type } from 'typebox'
import { expect, test } from 'vitest'
import { AppError } from './errors.ts'
import { parseYaml } from './yaml.ts'

const Schema = Type.Object(
  {
    name: Type.String(),
    rules: Type.Array(Type.Object({ min: Type.Number() }, { additionalProperties: false })),
  },
  { additionalProperties: false },
)

function problemsOf(text: string): string {
  try {
    parseYaml(Schema, text, 'a.yml')
    return ''
  } catch (error) {
    return error instanceof AppError ? error.message : String(error)
  }
}

test('reads what fits', () => {
  expect(parseYaml(Schema, 'name: x\nrules: [{min: 1}]\n', 'a.yml')).toEqual({
    name: 'x',
    rules: [{ min: 1 }],
  })
})

test.each([
  ['name: x\nrules:\n  - min: 1\n  - mn: 2\n', 'a.yml:4:5: '],
  ['name: x\nrules:\n  - min: one\n', "a.yml:3:10: 'rules.0.min' must be number"],
  ['name: x\nrules: []\nextra: 1\n', "a.yml:3:1: unknown key 'extra'"],
  ['rules: []\n', "a.yml:1:1: the file needs 'name'"],
  ['name: [x\n', 'a.yml:2:1: '],
  ['name: x\n name: y\n', 'a.yml:'],
])('names line and column in %j', (text, expected) => {
  expect(problemsOf(text)).toContain(expected)
})

test('points at the place', () => {
  expect(problemsOf('name: x\nrules: []\nextra: 1\n')).toContain('  extra: 1\n  ^')
})
