import { expect, test } from 'vitest'
import { buildApp } from '../app.ts'
import { testCtx } from '../core/testing.ts'
import { authMigrations } from '../auth/index.ts'
import { workspaceMigrations } from './migrations.ts'

const headers = { host: '127.0.0.1' }

async function open() {
  const ctx = await testCtx('sqlite', authMigrations, workspaceMigrations)
  const app = await buildApp(ctx)
  const call = async (method: 'GET' | 'POST', url: string, body?: object) => {
    const answer = await app.inject({ method, url, headers, ...(body ? { body } : {}) })
    return { status: answer.statusCode, body: answer.json() as Record<string, unknown> }
  }
  return {
    app,
    call,
    async [Symbol.asyncDispose]() {
      await app.close()
      await ctx[Symbol.asyncDispose]()
    },
  }
}

test('imports base64 and exports the same bytes', async () => {
  await using server = await open()
  const content = Buffer.from('hello').toString('base64')
  const body = { path: '/Shared/a.txt', content, format: 'AUTO' }
  expect((await server.call('POST', '/api/2.0/workspace/import', body)).status).toBe(200)
  const again = await server.call('POST', '/api/2.0/workspace/import', body)
  expect(again).toMatchObject({ status: 409, body: { error_code: 'RESOURCE_ALREADY_EXISTS' } })
  const url = '/api/2.0/workspace/export?path=/Shared/a.txt&direct_download=true'
  expect((await server.app.inject({ url, headers })).body).toBe('hello')
})

test('takes a file of any type from a deploy tool', async () => {
  await using server = await open()
  const put = (url: string, type: string) =>
    server.app.inject({
      method: 'POST',
      url: `/api/2.0/workspace-files/import-file/${url}`,
      headers: { ...headers, 'content-type': type },
      body: '{"a": 1}',
    })
  expect((await put('Shared/x/state.json', 'application/json')).statusCode).toBe(404)
  expect((await put('Shared/state.json', 'application/json')).statusCode).toBe(200)
  expect((await put('Shared/state.json?overwrite=false', 'text/plain')).statusCode).toBe(409)
  expect((await put('Shared/state.json?overwrite=true', 'text/plain')).statusCode).toBe(200)
  const status = await server.call('GET', '/api/2.0/workspace/get-status?path=/Shared/state.json')
  expect(status.body).toMatchObject({ object_type: 'FILE', size: 8 })
})

test('refuses a field that it does not know by name', async () => {
  await using server = await open()
  const body = { path: '/Shared/a.txt', content: '', colour: 'red' }
  const answer = await server.call('POST', '/api/2.0/workspace/import', body)
  expect(answer.status).toBe(400)
  expect(answer.body['message']).toContain("Unknown field 'colour'")
})

test('finds the newest deployment that a path belongs to', async () => {
  await using server = await open()
  const url = '/api/millrace/1.0/workspace/deployments'
  const deploy = (root_path: string, commit: string) =>
    server.call('POST', url, { name: 'churn', target: 'dev', root_path, commit, resources: {} })
  await deploy('/Users/ada/churn', 'c1')
  await deploy('/Users/ada/churn', 'c2')
  await deploy('/Users', 'c3')
  const found = await server.call('GET', `${url}?path=/Workspace/Users/ada/churn/src/a.py`)
  expect(found.body).toMatchObject({ deployments: [{ commit: 'c2', dirty_diff: '' }] })
  const none = await server.call('GET', `${url}?path=/Shared/a.py`)
  expect(none.body).toEqual({ deployments: [] })
})
