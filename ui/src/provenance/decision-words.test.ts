import { expect, it } from 'vitest'
import { decisionWords } from './decision-words.ts'

it.each([
  [{ action: 'registry.stage_changed', from: 'None', to: 'Staging' }, 'moved it to Staging'],
  [{ action: 'registry.request_approved', stage: 'Production' }, 'approved it for Production'],
  [{ action: 'gates.contract_changed' }, 'contract changed'],
])('says %o in words', (decision, said) => {
  expect(decisionWords(decision)).toBe(said)
})
