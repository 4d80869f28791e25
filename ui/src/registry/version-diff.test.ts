import { expect, it } from 'vitest'
import type { Run } from '../tracking/wire.ts'
import { differences } from './version-diff.tsx'

interface Facts {
  readonly digest: string
  readonly depth: string
  readonly auc: number
}

function runOf({ digest, depth, auc }: Facts): Run {
  const dataset = { name: 'main.churn.training', digest, source_type: 'delta_table', source: '' }
  return {
    info: { run_id: digest, experiment_id: '1', status: 'FINISHED', artifact_uri: '' },
    data: {
      metrics: [{ key: 'auc', value: auc, timestamp: 0, step: 0 }],
      params: [
        { key: 'depth', value: depth },
        { key: 'seed', value: '7' },
      ],
    },
    inputs: { dataset_inputs: [{ dataset }] },
  }
}

it('names the data by its table and says only what differs', () => {
  const rows = differences(
    runOf({ digest: 'b2', depth: '4', auc: 0.75 }),
    runOf({ digest: 'a1', depth: '–', auc: 0.5 }),
  )
  expect(rows.map(({ key, here, there, change }) => [key, here, there, change])).toEqual([
    ['main.churn.training', 'b2', 'a1', undefined],
    ['depth', '4', '–', undefined],
    ['auc', '0.7500', '0.5000', 0.25],
  ])
})
