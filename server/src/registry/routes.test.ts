import { describe, expect, test } from 'vitest'
import { testDialects } from '../core/testing.ts'
import { testServer, type TestServer } from '../test-server.ts'

async function register(server: TestServer, name: string, extras = {}): Promise<void> {
  await server.call('POST', 'registered-models/create', { name })
  const made = await server.call('POST', 'model-versions/create', {
    name,
    source: `s3://bucket/${name}`,
    ...extras,
  })
  expect(made.status).toBe(200)
}

describe.each(testDialects)('registry on %s', (dialect) => {
  test('numbers versions per model and never gives a number out again', async () => {
    await using server = await testServer(dialect)
    await register(server, 'churn')
    await register(server, 'churn')
    await server.call('DELETE', 'model-versions/delete', { name: 'churn', version: '2' })
    await register(server, 'churn')
    await register(server, 'fraud')
    const found = await server.call('GET', 'model-versions/search', {
      order_by: 'version_number ASC',
    })
    const versions = found.body['model_versions'] ?? []
    expect(versions.map((v) => [v['name'], v['version']])).toEqual([
      ['churn', '1'],
      ['fraud', '1'],
      ['churn', '3'],
    ])
    const gone = await server.call('GET', 'model-versions/get', { name: 'churn', version: '2' })
    expect([gone.status, gone.body['message']]).toEqual([
      404,
      'Model Version (name=churn, version=2) not found',
    ])
  })

  test('refuses a second model of the name as MLflow does', async () => {
    await using server = await testServer(dialect)
    await register(server, 'churn')
    const again = await server.call('POST', 'registered-models/create', { name: 'churn' })
    expect([again.status, again.body]).toEqual([
      400,
      {
        error_code: 'RESOURCE_ALREADY_EXISTS',
        message: 'Registered Model (name=churn) already exists.',
      },
    ])
  })

  test('moves an alias and drops it with its version', async () => {
    await using server = await testServer(dialect)
    await register(server, 'churn')
    await register(server, 'churn')
    const alias = (version: string) => ({ name: 'churn', alias: 'champion', version })
    await server.call('POST', 'registered-models/alias', alias('1'))
    await server.call('POST', 'registered-models/alias', alias('2'))
    const asked = { name: 'churn', alias: 'champion' }
    const found = await server.call('GET', 'registered-models/alias', asked)
    expect(found.body['model_version']?.['version']).toBe('2')
    const model = await server.call('GET', 'registered-models/get', { name: 'churn' })
    const told = async (version: string) => {
      const query = { name: 'churn', version }
      const response = await server.app.inject({
        url: '/api/millrace/1.0/registry/activities',
        query,
      })
      const { activities } = response.json<{ activities: readonly Record<string, string>[] }>()
      return activities.map((one) => `${one['activity_type']} ${one['system_comment']}`)
    }
    expect([await told('1'), await told('2')]).toEqual([
      ['ALIAS_SET champion', 'ALIAS_DELETED champion'],
      ['ALIAS_SET champion'],
    ])
    expect(model.body['registered_model']?.['aliases']).toEqual([
      { alias: 'champion', version: '2' },
    ])
    await server.call('DELETE', 'model-versions/delete', { name: 'churn', version: '2' })
    const lost = await server.call('GET', 'registered-models/alias', asked)
    expect([lost.status, lost.body]).toEqual([
      400,
      {
        error_code: 'INVALID_PARAMETER_VALUE',
        message: 'Registered model alias champion not found.',
      },
    ])
  })

  test('transitions in any case, archives the others, and answers the newest per stage', async () => {
    await using server = await testServer(dialect)
    await register(server, 'churn')
    await register(server, 'churn')
    const move = (version: string, stage: string) =>
      server.call('POST', 'model-versions/transition-stage', {
        name: 'churn',
        version,
        stage,
        archive_existing_versions: true,
      })
    await move('1', 'production')
    expect((await move('2', 'PRODUCTION')).body['model_version']?.['current_stage']).toBe(
      'Production',
    )
    const latest = await server.call('POST', 'registered-models/get-latest-versions', {
      name: 'churn',
    })
    const versions = latest.body['model_versions'] ?? []
    expect(versions.map((v) => [v['version'], v['current_stage']])).toEqual([
      ['1', 'Archived'],
      ['2', 'Production'],
    ])
    expect((await move('2', 'None')).status).toBe(400)
    expect((await move('2', 'nowhere')).body['message']).toContain('Value must be one of')
  })

  test('finds models and versions by name, tags and number, page by page', async () => {
    await using server = await testServer(dialect)
    for (const name of ['alpha', 'beta', 'gamma']) await register(server, name, {})
    const prompt = { name: 'hello', tags: [{ key: 'mlflow.prompt.is_prompt', value: 'true' }] }
    await server.call('POST', 'registered-models/create', prompt)
    await server.call('POST', 'registered-models/set-tag', {
      name: 'beta',
      key: 'team name',
      value: 'Growth',
    })
    const names = async (query: Record<string, string>): Promise<unknown[]> => {
      const { body } = await server.call('GET', 'registered-models/search', query)
      return (body['registered_models'] ?? []).map((model) => model['name'])
    }
    expect(await names({})).toEqual(['alpha', 'beta', 'gamma'])
    expect(await names({ filter: "tags.`mlflow.prompt.is_prompt` = 'true'" })).toEqual(['hello'])
    expect(await names({ filter: "name LIKE '%A' and tags.\"team name\" = 'Growth'" })).toEqual([])
    expect(await names({ filter: "name ILIKE '%A' AND tag.`team name` ilike 'grow%'" })).toEqual([
      'beta',
    ])
    const first = await server.call('GET', 'registered-models/search', { max_results: '2' })
    const page_token = String(first.body['next_page_token'])
    await register(server, 'aaa')
    expect(await names({ max_results: '2', page_token })).toEqual(['gamma'])
    const bad = await server.call('GET', 'registered-models/search', { filter: "name ~ 'x'" })
    expect([bad.status, bad.body['message']]).toEqual([
      400,
      "Invalid search at position 6: unexpected character '~'",
    ])
    const found = await server.call('GET', 'model-versions/search', {
      filter: "name='beta' and version_number >= 0.5",
    })
    expect(found.body['model_versions']).toHaveLength(1)
  })

  test('speaks the Databricks set: request, list, approve, comments', async () => {
    await using server = await testServer(dialect)
    await register(server, 'churn')
    const asked = { name: 'churn', version: '1', stage: 'Staging', comment: 'please' }
    const made = await server.call('POST', 'transition-requests/create', asked)
    expect(made.body['request']).toMatchObject({ to_stage: 'Staging', comment: 'please' })
    const open = await server.call('GET', 'transition-requests/list', {
      name: 'churn',
      version: '1',
    })
    expect(open.body['requests']?.[0]).toMatchObject({
      activity_type: 'REQUESTED_TRANSITION',
      from_stage: 'None',
      to_stage: 'Staging',
    })
    const own = await server.call('POST', 'transition-requests/approve', {
      ...asked,
      archive_existing_versions: false,
    })
    expect(own.status).toBe(403)
    const said = await server.call('POST', 'comments/create', { ...asked, comment: 'hm' })
    const id = said.body['comment']?.['id']
    const edited = await server.call('PATCH', 'comments/update', { id, comment: 'ah' })
    expect(edited.body['comment']?.['comment']).toBe('ah')
    const all = await server.app.inject('/api/millrace/1.0/registry/requests?open=true')
    expect(all.json()).toMatchObject({
      requests: [{ name: 'churn', version: '1', stage: 'Staging', you_may_decide: false }],
    })
  })

  test('refuses a source that no server of ours could read', async () => {
    await using server = await testServer(dialect)
    await server.call('POST', 'registered-models/create', { name: 'churn' })
    for (const source of ['/etc/passwd', 'file:///etc', 'mlflow-artifacts:/0/%2e%2e/%2e%2e/x']) {
      const made = await server.call('POST', 'model-versions/create', { name: 'churn', source })
      expect([source, made.status]).toEqual([source, 400])
    }
  })
})
