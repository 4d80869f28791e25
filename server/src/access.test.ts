import { expect, test, vi } from 'vitest'
import { buildApp, migrations } from './app.ts'
import { bootstrapAdmin, listAudit, localOwner, verifyAudit, issueToken } from './auth/index.ts'
import { readConfig, type App, type Ctx } from './core/index.ts'
import { testCtx, testDialects, type TestDialect } from './core/testing.ts'

const password = 'a long password'

// Hashing passwords is slow on purpose, and so is the start of a Postgres.
vi.setConfig({ testTimeout: 90_000 })

interface SecuredServer extends AsyncDisposable {
  readonly ctx: Ctx
  /** Status, and the JSON of the answer. */
  readonly as: (user: string, call: string, input?: object) => Promise<readonly [number, Json]>
  readonly app: App
}

/** Enough of an answer's shape to reach into it. */
interface Json {
  readonly [key: string]: Json | undefined
}

async function secured(dialect: TestDialect, ...flags: string[]): Promise<SecuredServer> {
  const plain = await testCtx(dialect, ...migrations.slice(1))
  const config = readConfig(
    ['--data-dir', plain.config.dataDir, '--log-level', 'silent', '--auth', 'basic', ...flags],
    { MILLRACE_ADMIN_PASSWORD: password },
  )
  const ctx = { ...plain, config }
  await bootstrapAdmin(ctx)
  const app = await buildApp(ctx)
  const as: SecuredServer['as'] = async (user, call, input) => {
    const [method = 'GET', path = ''] = call.split(' ')
    const credentials = Buffer.from(`${user}:${password}`).toString('base64')
    const response = await app.inject({
      method: method as 'GET',
      url: path.startsWith('/') ? path : `/api/2.0/mlflow/${path}`,
      headers: { authorization: `Basic ${credentials}` },
      ...(method === 'GET'
        ? { query: (input ?? {}) as Record<string, string> }
        : { body: input ?? {} }),
    })
    return [response.statusCode, response.json()]
  }
  for (const username of ['ann', 'bob']) {
    await as('admin', 'POST users/create', { username, password })
  }
  return {
    ctx,
    app,
    as,
    async [Symbol.asyncDispose]() {
      await app.close()
      await plain[Symbol.asyncDispose]()
    },
  }
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

async function annsExperiment({ as }: SecuredServer): Promise<readonly [string, string]> {
  const [, made] = await as('ann', 'POST experiments/create', { name: 'hers' })
  const experiment_id = text(made['experiment_id'])
  const [, run] = await as('ann', 'POST runs/create', { experiment_id })
  return [experiment_id, text(run['run']?.['info']?.['run_id'])]
}

test('asks for a login, and answers health checks without one', async () => {
  await using server = await secured('sqlite')
  const anonymous = await server.app.inject({ url: '/api/2.0/mlflow/experiments/search' })
  const health = await server.app.inject({ url: '/health' })
  const [wrong] = await server.as('nobody', 'GET users/current')
  expect(anonymous.headers['www-authenticate']).toBe('Basic realm="mlflow"')
  expect([anonymous.statusCode, health.statusCode, wrong]).toEqual([401, 200, 401])
})

test.each(testDialects)(
  'lets the creator manage, others read, and the granted edit (%s)',
  async (dialect) => {
    await using server = await secured(dialect)
    const { as } = server
    const [experiment_id, run_id] = await annsExperiment(server)
    const metric = { run_id, key: 'm', value: 1, timestamp: 1 }
    const log = async () => (await as('bob', 'POST runs/log-metric', metric))[0]
    const read = async () => (await as('bob', 'GET runs/get', { run_id }))[0]
    expect([await log(), await read()]).toEqual([403, 200])
    const grant = { username: 'bob', experiment_id, permission: 'EDIT' }
    const [ownGrant] = await as('bob', 'POST experiments/permissions/create', grant)
    const [granted] = await as('ann', 'POST experiments/permissions/create', grant)
    expect([ownGrant, granted, await log()]).toEqual([403, 200, 200])
    expect(await as('bob', 'POST experiments/delete', { experiment_id })).toMatchObject([403, {}])
    await as('ann', 'PATCH experiments/permissions/update', {
      ...grant,
      permission: 'NO_PERMISSIONS',
    })
    expect([await log(), await read()]).toEqual([403, 403])
    await as('ann', 'DELETE experiments/permissions/delete', { username: 'bob', experiment_id })
    expect([await log(), await read()]).toEqual([403, 200])
  },
)

test('hides what a user may not read from searches', async () => {
  await using server = await secured('sqlite', '--default-permission', 'NO_PERMISSIONS')
  const { as } = server
  const [experiment_id] = await annsExperiment(server)
  await as('ann', 'POST registered-models/create', { name: 'churn' })
  const count = async (user: string) => {
    const [, experiments] = await as(user, 'POST experiments/search', { max_results: 10 })
    const [, models] = await as(user, 'GET registered-models/search')
    const input = { experiment_ids: [experiment_id] }
    const [runs] = await as(user, 'POST runs/search', input)
    const grouping = { ...input, group_by: 'attributes.status' }
    const [groups] = await as(user, 'POST /api/millrace/1.0/tracking/run-groups', grouping)
    const counted = [experiments['experiments'], models['registered_models']].map(
      (found) => found?.length ?? 0,
    )
    return [...counted, runs, groups]
  }
  expect(await count('ann')).toEqual([1, 1, 200, 200])
  expect(await count('bob')).toEqual([0, 0, 403, 403])
  expect(await count('admin')).toEqual([2, 1, 200, 200])
})

test.each(testDialects)('pages of a filtered search are full (%s)', async (dialect) => {
  await using server = await secured(dialect, '--default-permission', 'NO_PERMISSIONS')
  const { as } = server
  for (const name of ['a', 'b', 'c', 'd', 'e', 'f']) {
    const user = name < 'd' ? 'ann' : 'admin'
    await as(user, 'POST experiments/create', { name })
    await as(user, 'POST registered-models/create', { name })
    await as(user, 'POST model-versions/create', { name, source: `s3://bucket/${name}` })
  }
  const pages = async (call: string, field: string, order_by: string) => {
    const found: unknown[] = []
    let page_token: unknown = undefined
    do {
      const token = page_token === undefined ? {} : { page_token }
      const [, page] = await as('ann', call, { max_results: 2, order_by: [order_by], ...token })
      const items = (page[field] ?? []) as unknown as readonly { name: string }[]
      found.push(items.map(({ name }) => name).join(''))
      page_token = page['next_page_token']
    } while (page_token !== undefined)
    return found
  }
  const searches = [
    ['POST experiments/search', 'experiments'],
    ['GET registered-models/search', 'registered_models'],
    ['GET model-versions/search', 'model_versions'],
  ] as const
  for (const [call, field] of searches) {
    expect(await pages(call, field, 'name DESC')).toEqual(['cb', 'a'])
  }
  const [, hidden] = await as('ann', 'GET experiments/get-by-name', { experiment_name: 'b' })
  const experiment_id = hidden['experiment']?.['experiment_id']
  const grant = { username: 'ann', experiment_id, permission: 'NO_PERMISSIONS' }
  await as('admin', 'PATCH experiments/permissions/update', grant)
  expect(await pages('POST experiments/search', 'experiments', 'name DESC')).toEqual(['ca'])
})

test('an evaluation dataset is read with any of its experiments, and changed with all', async () => {
  await using server = await secured('sqlite', '--default-permission', 'NO_PERMISSIONS')
  const { as } = server
  const [experiment_id] = await annsExperiment(server)
  const datasets = '/api/3.0/mlflow/datasets'
  const made = await as('ann', `POST ${datasets}/create`, {
    name: 'hers',
    experiment_ids: [experiment_id],
  })
  const id = text(made[1]['dataset']?.['dataset_id'])
  const tries = async (user: string) => [
    (await as(user, `GET ${datasets}/${id}`))[0],
    (await as(user, `PATCH ${datasets}/${id}/tags`, { tags: '{"a": "b"}' }))[0],
    (await as(user, `POST ${datasets}/search`))[1]['datasets']?.length ?? 0,
    (await as(user, `POST ${datasets}/search`, { experiment_ids: [experiment_id] }))[0],
    (await as(user, `GET /api/3.0/mlflow/scorers/list`, { experiment_id }))[0],
  ]
  expect(await tries('ann')).toEqual([200, 200, 1, 200, 200])
  expect(await tries('bob')).toEqual([403, 403, 0, 403, 403])
  const elsewhere = { experiment_ids: ['0'] }
  expect((await as('bob', `POST ${datasets}/create`, { name: 'x', ...elsewhere }))[0]).toBe(403)
  await as('admin', `POST ${datasets}/${id}/add-experiments`, elsewhere)
  expect(await tries('ann')).toEqual([200, 403, 1, 200, 200])
})

test('names of models and their files are guarded too, however the path is written', async () => {
  await using server = await secured('sqlite', '--default-permission', 'NO_PERMISSIONS')
  const { as } = server
  const [experiment, run_id] = await annsExperiment(server)
  await as('ann', 'POST registered-models/create', { name: 'churn' })
  const artifacts = `/api/2.0/mlflow-artifacts/artifacts`
  const tries = [
    ['GET registered-models/get', { name: 'churn' }],
    ['POST registered-models/set-tag', { name: 'churn', key: 'k', value: 'v' }],
    ['POST model-versions/create', { name: 'mine', source: `runs:/${run_id}/model` }],
    [`GET ${artifacts}/${experiment}/${run_id}/artifacts/x`, {}],
    [`GET ${artifacts}?path=${experiment}/${run_id}`, {}],
    ['GET /api/2.0/ml%66low/runs/get', { run_id }],
    ['POST /api/2.0/ml%66low/users/create', { username: 'eve', password }],
    [
      'POST experiments/create',
      { name: 'x', artifact_location: `mlflow-artifacts:/${experiment}` },
    ],
    ['GET artifacts/list', { run_uuid: run_id }],
    ['POST /ajax-api/2.0/mlflow/runs/delete', { run_id }],
    ['POST /api/2.2/jobs/create', { name: 'j', tasks: [] }],
    ['PUT /api/millrace/1.0/gates/contracts/churn', {}],
  ] as const
  const model = await as('bob', 'POST registered-models/create', { name: 'mine' })
  expect(model[0]).toBe(200)
  for (const [call, input] of tries) {
    expect([call, (await as('bob', call, input))[0]]).toEqual([call, 403])
  }
})

test('a role of the workspace lets its holders run jobs, and a renamed model keeps its grants', async () => {
  await using server = await secured('sqlite')
  const { as } = server
  const roles = '/api/3.0/mlflow/roles'
  const [, made] = await as('admin', `POST ${roles}/create`, {
    workspace: 'default',
    name: 'engineers',
  })
  const role_id = made['role']?.['id']
  const statement = { statement: 'select 1', warehouse_id: 'default' }
  const query = async () => (await as('bob', 'POST /api/2.0/sql/statements', statement))[0]
  expect(await query()).toBe(403)
  const grant = { role_id, resource_type: 'workspace', resource_pattern: '*', permission: 'USE' }
  await as('admin', `POST ${roles}/permissions/add`, grant)
  await as('admin', `POST ${roles}/assign`, { username: 'bob', role_id })
  expect(await query()).not.toBe(403)
  await as('ann', 'POST registered-models/create', { name: 'old' })
  await as('ann', 'POST registered-models/rename', { name: 'old', new_name: 'new' })
  const tag = { name: 'new', key: 'k', value: 'v' }
  expect((await as('ann', 'POST registered-models/set-tag', tag))[0]).toBe(200)
  expect((await as('bob', 'POST registered-models/set-tag', tag))[0]).toBe(403)
})

test.each(testDialects)(
  'records every change of rights in the audit chain (%s)',
  async (dialect) => {
    await using server = await secured(dialect)
    const { as, ctx } = server
    await as('admin', 'PATCH users/update-admin', { username: 'bob', is_admin: true })
    await as('admin', 'PATCH users/update-password', { username: 'ann', password: `${password}2` })
    await as('admin', 'DELETE users/delete', { username: 'ann' })
    const actions = (await listAudit(ctx.db, { after: 0, limit: 100 })).map(({ action }) => action)
    expect(actions).toEqual([
      ...Array.from({ length: 3 }, () => 'auth.user_created'),
      'auth.admin_changed',
      'auth.password_changed',
      'auth.user_deleted',
    ])
    expect(await verifyAudit(ctx.db)).toEqual({ entries: 6 })
  },
)

test('a changed password counts at once; the last admin stays', async () => {
  await using server = await secured('sqlite')
  const { as } = server
  const change = { username: 'ann', password: 'another long one', current_password: password }
  expect(
    await as('ann', 'PATCH users/update-password', { ...change, current_password: 'x' }),
  ).toEqual([400, expect.objectContaining({ message: 'Current password does not match.' })])
  expect((await as('ann', 'PATCH users/update-password', change))[0]).toBe(200)
  expect((await as('ann', 'GET users/current'))[0]).toBe(401)
  const demotion = { username: 'admin', is_admin: false }
  expect(await as('admin', 'PATCH users/update-admin', demotion)).toMatchObject([
    400,
    { error_code: 'BAD_REQUEST' },
  ])
})

test('tokens act as their user, and the tokens of tasks keep working', async () => {
  await using server = await secured('sqlite')
  const { app, as, ctx } = server
  const [, made] = await as('ann', 'POST /api/2.0/token/create', { comment: 'ci' })
  const ask = (token: string) =>
    app.inject({
      url: '/api/2.0/preview/scim/v2/Me',
      headers: { authorization: `Bearer ${token}` },
    })
  const me = await ask(text(made['token_value']))
  expect(me.json()).toMatchObject({ userName: 'ann' })
  await as('admin', 'DELETE users/delete', { username: 'ann' })
  expect((await ask(text(made['token_value']))).statusCode).toBe(401)
  const task = await issueToken(ctx, {
    principal: { name: 'churn', kind: 'service_principal', isOwner: false, attemptId: 'a1' },
    comment: 'task',
  })
  const headers = { authorization: `Bearer ${task.token}` }
  const created = await app.inject({
    method: 'POST',
    url: '/api/2.0/mlflow/runs/create',
    headers,
    body: { experiment_id: '0' },
  })
  const promoted = await app.inject({
    method: 'POST',
    url: '/api/2.0/mlflow/users/create',
    headers,
    body: { username: 'eve', password },
  })
  expect([created.statusCode, promoted.statusCode]).toEqual([200, 403])
})

test('without --auth everyone is the owner, also with credentials', async () => {
  await using ctx = await testCtx('sqlite', ...migrations.slice(1))
  await using app = await buildApp(ctx)
  const headers = { authorization: `Basic ${Buffer.from('a:b').toString('base64')}` }
  const me = await app.inject({ url: '/api/2.0/preview/scim/v2/Me', headers })
  expect(me.json()).toMatchObject({ userName: localOwner().name })
})

test('only an admin imports from another server', async () => {
  await using server = await secured('sqlite')
  const model = { name: 'stolen', creation_timestamp: 1 }
  for (const [room, body] of [
    ['tracking', {}],
    ['registry', model],
  ] as const) {
    const call = `POST /api/millrace/1.0/${room}/import`
    expect((await server.as('ann', call, body))[0]).toBe(403)
    expect((await server.as('admin', call, body))[0]).toBe(200)
  }
})
