import { expect, it } from 'vitest'
import { buildApp } from '../app.ts'
import { recordEdge } from '../core/index.ts'
import { testCtx } from '../core/testing.ts'

const path = '/api/millrace/1.0/provenance/edges'

it('lists what used a thing and what it used, and nothing else', async () => {
  await using ctx = await testCtx('sqlite')
  await recordEdge(ctx, { kind: 'READ', from: 'attempt:1', to: 'table:main.a@4' })
  await recordEdge(ctx, { kind: 'WROTE', from: 'attempt:1', to: 'table:main.b@0' })
  await recordEdge(ctx, { kind: 'READ', from: 'attempt:2', to: 'table:main.a@5' })
  await using app = await buildApp(ctx)
  const one = await app.inject(`${path}?node=attempt:1`)
  expect(one.json()).toMatchObject({
    node: 'attempt:1',
    edges: [
      { kind: 'READ', to: 'table:main.a@4', principal: 'owner' },
      { kind: 'WROTE', to: 'table:main.b@0' },
    ],
  })
  const readers = await app.inject(`${path}?node=${encodeURIComponent('table:main.a@5')}`)
  expect(readers.json()).toMatchObject({ edges: [{ kind: 'READ', from: 'attempt:2' }] })
})

it('refuses what is no node', async () => {
  await using ctx = await testCtx('sqlite')
  await using app = await buildApp(ctx)
  const answer = await app.inject(`${path}?node=churn`)
  expect(answer.statusCode).toBe(400)
  expect(answer.json()).toMatchObject({ error_code: 'INVALID_PARAMETER_VALUE' })
})
