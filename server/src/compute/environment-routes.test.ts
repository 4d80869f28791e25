import { expect, test } from 'vitest'
import { buildApp } from '../app.ts'
import { testCtx } from '../core/testing.ts'
import { insertEnvironment, updateEnvironmentReady } from './environment-store.ts'
import { computeMigrations } from './migrations.ts'
import { authMigrations } from '../auth/index.ts'

test('lists environments page by page and shows one with its lock', async () => {
  await using ctx = await testCtx('sqlite', authMigrations, computeMigrations)
  await using app = await buildApp(ctx)
  for (const n of [1, 2]) {
    await insertEnvironment(ctx.db, {
      hash: `h${n}`,
      lock: '# a file\nnumpy==2.4.0\npandas==3.0.0\n',
      requirements: ['pandas'],
      pythonVersion: '3.12.4',
      createdAt: new Date(n),
    })
  }
  await updateEnvironmentReady(ctx.db, 'h1', { sizeBytes: 12, readyAt: new Date(7) })
  const url = '/api/millrace/1.0/compute/environments'
  const first = (await app.inject(`${url}?limit=1`)).json()
  expect(first).toMatchObject({
    environments: [{ hash: 'h2', state: 'BUILDING', package_count: 2 }],
    next_page_token: '2.h2',
  })
  const second = await app.inject(`${url}?limit=1&page_token=${first.next_page_token}`)
  expect(second.json()).toEqual({
    environments: [
      {
        hash: 'h1',
        requirements: ['pandas'],
        python_version: '3.12.4',
        state: 'READY',
        package_count: 2,
        size_bytes: 12,
        created_at: 1,
        ready_at: 7,
      },
    ],
  })
  expect((await app.inject(`${url}/h1`)).json()).toMatchObject({
    lock: '# a file\nnumpy==2.4.0\npandas==3.0.0\n',
  })
})

test('answers 404 for an environment that is not known', async () => {
  await using ctx = await testCtx('sqlite', authMigrations, computeMigrations)
  await using app = await buildApp(ctx)
  const response = await app.inject('/api/millrace/1.0/compute/environments/nope')
  expect(response.statusCode).toBe(404)
  expect(response.json()).toMatchObject({ error_code: 'RESOURCE_DOES_NOT_EXIST' })
})
