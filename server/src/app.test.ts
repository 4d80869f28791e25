import { expect, test } from 'vitest'
import { buildApp, migrations } from './app.ts'
import { listErrors } from './core/index.ts'
import { testCtx } from './core/testing.ts'

test('describes its routes, reports on itself, and names unknown ones', async () => {
  await using ctx = await testCtx('sqlite', ...migrations.slice(1))
  await using app = await buildApp(ctx)
  const described = await app.inject({ url: '/openapi.json' })
  const paths = Object.keys(described.json<{ paths: object }>().paths)
  expect(paths).toEqual(
    expect.arrayContaining(['/api/2.2/jobs/create', '/api/millrace/1.0/gates/evaluations']),
  )
  const metrics = await app.inject({ url: '/metrics' })
  expect(metrics.body).toMatch(/process_resident_memory_bytes \d+/)
  const unknown = await app.inject({ url: '/api/2.0/nothing' })
  expect([unknown.statusCode, unknown.json()]).toEqual([
    404,
    { error_code: 'ENDPOINT_NOT_FOUND', message: "No API found for 'GET /api/2.0/nothing'" },
  ])
})

test('refuses a foreign Host and a foreign Origin', async () => {
  await using ctx = await testCtx('sqlite', ...migrations.slice(1))
  await using app = await buildApp(ctx)
  const rebound = await app.inject({ url: '/metrics', headers: { host: 'evil.example' } })
  const crossed = await app.inject({
    method: 'POST',
    url: '/api/2.0/mlflow/runs/create',
    headers: { host: 'localhost', origin: 'https://evil.example' },
  })
  expect([rebound.statusCode, crossed.statusCode]).toEqual([403, 403])
})

test('every error code names its room', () => {
  const rooms =
    /^(CORE|AUTH|COMPUTE|WORKSPACE|TABLES|TRACKING|REGISTRY|JOBS|EVALUATION|FEATURES|AUTOML|SERVING|MONITORING|GATES|WEBHOOKS|PROVENANCE)_/
  expect(listErrors().filter(({ code }) => !rooms.test(code))).toEqual([])
})
