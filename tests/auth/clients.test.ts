import { expect, test } from 'vitest'
import { ensurePythonEnv } from '../../scripts/python-envs.mjs'
import { runPython } from '../support/python.ts'
import { startServer } from '../support/server.ts'

test('an unmodified mlflow client logs in, and manages users, permissions and roles', async () => {
  await using server = await startServer({ args: ['--auth', 'basic'] })
  const [, password = ''] = /with the password (\S+)/.exec(server.log()) ?? []
  expect(password).not.toBe('')
  const result = await runPython(
    await ensurePythonEnv('mlflow'),
    new URL('mlflow_client.py', import.meta.url),
    { args: [server.url, password] },
  )
  expect(result.stdout + result.stderr).toContain('all ok')
  await server.restart()
  expect(server.log().match(/with the password/g)).toHaveLength(1)
})

test('an unmodified databricks-sdk logs in with a password and with a token of its own', async () => {
  const password = 'a password that is set'
  await using server = await startServer({
    args: ['--auth', 'basic'],
    env: { MILLRACE_ADMIN_PASSWORD: password },
  })
  const credentials = Buffer.from(`admin:${password}`).toString('base64')
  const created = await fetch(`${server.url}/api/2.0/mlflow/users/create`, {
    method: 'POST',
    headers: { authorization: `Basic ${credentials}`, 'content-type': 'application/json' },
    body: JSON.stringify({ username: 'cai', password: 'a password of twelve' }),
  })
  expect(created.status).toBe(200)
  const result = await runPython(
    await ensurePythonEnv('databricks'),
    new URL('databricks_client.py', import.meta.url),
    { args: [server.url, password] },
  )
  expect(result.stdout + result.stderr).toContain('all ok')
  expect(server.log()).not.toContain(password)
})
