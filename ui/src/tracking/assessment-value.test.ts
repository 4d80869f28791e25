import { expect, it } from 'vitest'
import { parseAssessmentValue } from './assessment-value.ts'

it.each([
  ['yes', true],
  ['No', false],
  ['0.8', 0.8],
  ['-3', -3],
  ['good enough', 'good enough'],
  ['', ''],
])('reads %j as %j', (text, value) => {
  expect(parseAssessmentValue(text)).toBe(value)
})
