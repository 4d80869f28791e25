import { expect, test } from 'vitest'
import type { Evidence } from './check.ts'
import { checks } from './index.ts'

const evidence: Evidence = {
  contract: {
    model: 'churn',
    dataset: { table: 'main.churn.holdout', label: 'churn', positive_label: 'Yes' },
    thresholds: [
      { metric: 'roc_auc', min: 0.8 },
      { metric: 'log_loss', max: 0.5 },
    ],
    against_champion: [
      { metric: 'roc_auc', max_drop: 0.01 },
      { metric: 'log_loss', max_drop: 0.01 },
    ],
    slices: [{ column: 'contract', metric: 'roc_auc', min: 0.6, min_rows: 50 }],
    schema: { signature: 'required', forbidden_inputs: ['customer_id'] },
    documents: ['documents/model-card.md'],
    approvers: ['*'],
  },
  candidate: { rows: 1000, metrics: { roc_auc: 0.85, log_loss: 0.42 } },
  champion: { rows: 1000, metrics: { roc_auc: 0.84, log_loss: 0.415 } },
  slices: new Map([
    [
      'contract',
      new Map([
        ['One year', { rows: 200, metrics: { roc_auc: 0.7 } }],
        ['Rare', { rows: 3, metrics: { roc_auc: 0.1 } }],
      ]),
    ],
  ]),
  inputs: ['tenure', 'contract'],
  documents: new Map([['documents/model-card.md', 900]]),
}

const failed = (changed: Partial<Evidence>) =>
  checks
    .flatMap((check) => check({ ...evidence, ...changed }))
    .filter((result) => !result.passed)
    .map((result) => result.id)

test('passes a version that keeps every limit, leaving small slices alone', () => {
  expect(failed({})).toEqual([])
})

test.each<[string, Partial<Evidence>]>([
  [
    'threshold.roc_auc',
    { candidate: { rows: 9, metrics: { roc_auc: 0.79, log_loss: 0.3 } }, champion: undefined },
  ],
  [
    'threshold.log_loss',
    { candidate: { rows: 9, metrics: { roc_auc: 0.9 } }, champion: undefined },
  ],
  ['champion.roc_auc', { champion: { rows: 9, metrics: { roc_auc: 0.87, log_loss: 0.5 } } }],
  ['champion.log_loss', { champion: { rows: 9, metrics: { roc_auc: 0.8, log_loss: 0.4 } } }],
  [
    'slice.contract=One year.roc_auc',
    {
      slices: new Map([
        ['contract', new Map([['One year', { rows: 60, metrics: { roc_auc: 0.5 } }]])],
      ]),
    },
  ],
  ['schema.signature', { inputs: undefined }],
  ['schema.forbidden.customer_id', { inputs: ['customer_id'] }],
  ['document.documents/model-card.md', { documents: new Map() }],
])('fails %s when that alone is broken', (id, changed) => {
  expect(failed(changed)).toContain(id)
})

test('the first version has no champion to beat', () => {
  expect(failed({ champion: undefined })).toEqual([])
})
