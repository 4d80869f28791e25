import { expect, it } from 'vitest'
import { checkName } from './check-name.ts'
import type { Check } from './use-evaluations.ts'

const check = (kind: Check['kind'], id: string): Check => ({
  kind,
  id,
  passed: true,
  value: null,
  limit: '',
  champion: null,
  rows: null,
})

it.each([
  [check('slice', 'slice.contract=One year.roc_auc'), 'contract = One year: roc_auc'],
  [check('threshold', 'threshold.log_loss'), 'log_loss'],
  [check('champion', 'champion.roc_auc'), 'roc_auc against the live version'],
  [check('schema', 'schema.forbidden.customer_id'), 'does not take customer_id'],
  [check('document', 'document.model_card.md'), 'model_card.md'],
])('names $id', (one, name) => {
  expect(checkName(one)).toBe(name)
})
