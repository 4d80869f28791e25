import { expect, it } from 'vitest'
import type { Why } from './use-why.ts'
import { whyEdges } from './why-edges.ts'

it('leads from the first table over the run and the approver to the predictions', () => {
  const none = { code: [], environment: null, part_of: ['job-run:7'] }
  const why: Why = {
    node: 'model:churn/3',
    run: { run_id: 'r', name: 'best', user: 'pipeline' },
    data: [],
    attempts: [
      { attempt: '2', read: ['table:main.b@0'], wrote: [], ...none },
      { attempt: '1', read: [], wrote: ['table:main.b@0'], ...none },
    ],
    decisions: [
      { action: 'registry.request_created', by: 'pipeline', at: '' },
      { action: 'registry.request_approved', by: 'ann', at: '' },
    ],
    live_at: [{ endpoint: 'churn', since: '', still_there: true }],
    scored: [{ table: 'main.p@2', at: '', by: '' }],
    replay: '',
  }
  expect(whyEdges(why).map(({ kind, from, to }) => `${from} ${kind} ${to}`)).toEqual([
    'attempt:2 READ table:main.b@0',
    'attempt:1 WROTE table:main.b@0',
    'attempt:2 LOGGED run:r',
    'run:r REGISTERED model:churn/3',
    'user:ann APPROVED model:churn/3',
    'model:churn/3 SERVED endpoint:churn',
    'model:churn/3 SCORED table:main.p@2',
  ])
})
