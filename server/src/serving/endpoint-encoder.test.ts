import { expect, test } from 'vitest'
import { testCtx } from '../core/testing.ts'
import { encodeSummary } from './endpoint-encoder.ts'
import { roomOf } from './room.ts'
import type { Endpoint } from './types.ts'

test('an update has not ended before requests are answered by the new config', async () => {
  await using ctx = await testCtx('sqlite')
  const at = ctx.now()
  const promoted: Endpoint = {
    id: 'e',
    name: 'churn',
    creator: 'owner',
    createdAt: at,
    updatedAt: at,
    tags: [],
    description: '',
    update: 'NOT_UPDATING',
    message: '',
    live: { version: 1, creator: 'owner', createdAt: at, entities: [], capture: undefined },
    pending: undefined,
  }
  const { promoting } = roomOf(ctx)
  promoting.add('churn')
  const before = encodeSummary(ctx, promoted)
  promoting.delete('churn')
  const after = encodeSummary(ctx, promoted)
  expect(
    [before, after].map(({ state }) => (state as { config_update: string }).config_update),
  ).toEqual(['IN_PROGRESS', 'NOT_UPDATING'])
})
