import { expect, test, vi } from 'vitest'
import { buildApp, migrations } from './app.ts'
import { bootstrapAdmin } from './auth/index.ts'
import { readConfig } from './core/index.ts'
import { testCtx } from './core/testing.ts'

const password = 'a long password'

// Hashing passwords is slow on purpose.
vi.setConfig({ testTimeout: 90_000 })

interface Json {
  readonly [key: string]: unknown
}

/** Answers of calls as one user or another, on a server where ann may make jobs and bob may not. */
async function secured(...flags: string[]) {
  const plain = await testCtx('sqlite', ...migrations.slice(1))
  const args = ['--data-dir', plain.config.dataDir, '--log-level', 'silent', '--auth', 'basic']
  const config = readConfig([...args, ...flags], { MILLRACE_ADMIN_PASSWORD: password })
  const ctx = { ...plain, config }
  await bootstrapAdmin(ctx)
  const app = await buildApp(ctx)
  const as = async (user: string, call: string, input: Json = {}): Promise<[number, Json]> => {
    const [method = '', path = ''] = call.split(' ')
    const credentials = Buffer.from(`${user}:${password}`).toString('base64')
    const response = await app.inject({
      method: method as 'GET',
      url: path.startsWith('/') ? path : `/api/2.2/jobs/${path}`,
      headers: { authorization: `Basic ${credentials}` },
      ...(method === 'GET' ? { query: input as Record<string, string> } : { body: input }),
    })
    return [response.statusCode, response.json()]
  }
  for (const username of ['ann', 'bob']) {
    await as('admin', 'POST /api/2.0/mlflow/users/create', { username, password })
  }
  await as('admin', 'POST /api/3.0/mlflow/users/permissions/grant', {
    username: 'ann',
    resource_type: 'workspace',
    resource_id: '*',
    permission: 'USE',
  })
  const tasks = [{ task_key: 't', condition_task: { op: 'EQUAL_TO', left: 'a', right: 'a' } }]
  const [, { job_id: jobId }] = await as('ann', 'POST create', { name: 'hers', tasks })
  const permit = (user: string, level: string | undefined) =>
    as('ann', `PUT /api/2.0/permissions/jobs/${String(jobId)}`, {
      access_control_list:
        level === undefined ? [] : [{ user_name: user, permission_level: level }],
    })
  return {
    as,
    permit,
    tasks,
    jobId,
    async [Symbol.asyncDispose]() {
      await app.close()
      await plain[Symbol.asyncDispose]()
    },
  }
}

type Secured = Awaited<ReturnType<typeof secured>>

/** What bob may do of view, run, manage. */
async function may(server: Secured): Promise<string> {
  const { as, jobId } = server
  const own = '/api/millrace/1.0/jobs'
  const [, { run_id }] = await as('ann', 'POST run-now', { job_id: jobId })
  const backfill = { job_id: jobId, times_ms: [1] }
  const tries: Readonly<Record<string, readonly (readonly [string, Json])[]>> = {
    view: [
      ['GET get', { job_id: jobId }],
      ['GET runs/get', { run_id }],
      ['GET runs/list', { job_id: jobId }],
      ['GET /api/2.0/permissions/jobs/' + String(jobId), {}],
      [`POST ${own}/backfill/preview`, backfill],
      [`GET ${own}/runs/${String(run_id)}/graph`, {}],
    ],
    run: [
      ['POST run-now', { job_id: jobId }],
      ['POST runs/cancel', { run_id }],
      ['POST runs/cancel-all', { job_id: jobId }],
      [`POST ${own}/backfill/create`, backfill],
    ],
    manage: [
      ['POST update', { job_id: jobId, new_settings: { description: 'd' } }],
      ['POST reset', { job_id: jobId, new_settings: { name: 'hers', tasks: server.tasks } }],
      ['PATCH /api/2.0/permissions/jobs/' + String(jobId), { access_control_list: [] }],
    ],
  }
  const allowed: string[] = []
  for (const [what, calls] of Object.entries(tries)) {
    const answers = new Set<boolean>()
    for (const [call, input] of calls) {
      const [status] = await as('bob', call, input)
      expect([200, 403]).toContain(status)
      answers.add(status === 200)
    }
    expect([what, answers.size]).toEqual([what, 1])
    if (answers.has(true)) allowed.push(what)
  }
  return allowed.join(' ')
}

test('each level of a job allows what it says, where nobody may see the workspace', async () => {
  await using server = await secured('--default-permission', 'NO_PERMISSIONS')
  const { as, permit } = server
  expect(await may(server)).toBe('')
  expect((await as('bob', 'GET list'))[1]).toMatchObject({ jobs: [] })
  expect((await as('bob', 'GET runs/list'))[1]).toMatchObject({ runs: [] })
  await permit('bob', 'CAN_VIEW')
  expect(await may(server)).toBe('view')
  expect((await as('bob', 'GET list'))[1]).toMatchObject({ jobs: [{ job_id: server.jobId }] })
  expect((await as('bob', 'GET runs/list'))[1]).toMatchObject({ runs: [{}, {}] })
  await permit('bob', 'CAN_MANAGE_RUN')
  expect(await may(server)).toBe('view run')
  await permit('bob', 'CAN_MANAGE')
  expect(await may(server)).toBe('view run manage')
})

test('who may read the workspace sees jobs, and is told what is missing for more', async () => {
  await using server = await secured()
  const { as, jobId } = server
  expect(await may(server)).toBe('view')
  expect(await as('bob', 'POST run-now', { job_id: jobId })).toEqual([
    403,
    {
      error_code: 'PERMISSION_DENIED',
      message: `bob does not have Manage Run or Manage or Owner permissions on job ${String(jobId)}; its owner or an admin can grant that`,
    },
  ])
  expect((await as('admin', 'POST run-now', { job_id: jobId }))[0]).toBe(200)
})

test('only the owner or an admin gives a job to somebody else; groups count', async () => {
  await using server = await secured()
  const { as, jobId, permit } = server
  const permissions = `/api/2.0/permissions/jobs/${String(jobId)}`
  const owner = { access_control_list: [{ user_name: 'bob', permission_level: 'IS_OWNER' }] }
  await permit('bob', 'CAN_MANAGE')
  expect((await as('bob', `PUT ${permissions}`, owner))[0]).toBe(403)
  expect((await as('ann', `PUT ${permissions}`, owner))[0]).toBe(200)
  expect((await as('ann', 'POST update', { job_id: jobId }))[0]).toBe(403)
  const group = { access_control_list: [{ group_name: 'users', permission_level: 'CAN_MANAGE' }] }
  expect((await as('bob', `PATCH ${permissions}`, group))[0]).toBe(200)
  expect((await as('ann', 'POST update', { job_id: jobId }))[0]).toBe(200)
  expect((await as('bob', 'POST delete', { job_id: jobId }))[0]).toBe(200)
})

test('whoever has a job run another must be allowed to run that one', async () => {
  await using server = await secured()
  const { as, jobId, permit } = server
  const tasks = [{ task_key: 'child', run_job_task: { job_id: jobId } }]
  await as('admin', 'POST /api/3.0/mlflow/users/permissions/grant', {
    username: 'bob',
    resource_type: 'workspace',
    resource_id: '*',
    permission: 'USE',
  })
  expect((await as('bob', 'POST create', { name: 'his', tasks }))[0]).toBe(403)
  expect((await as('bob', 'POST runs/submit', { tasks }))[0]).toBe(403)
  await permit('bob', 'CAN_MANAGE_RUN')
  expect((await as('bob', 'POST create', { name: 'his', tasks }))[0]).toBe(200)
})
