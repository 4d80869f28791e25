import { describe, expect, test } from 'vitest'
import { testDialects } from '../core/testing.ts'
import { testServer, type Answer, type TestServer } from '../test-server.ts'

type Method = 'GET' | 'POST' | 'PATCH' | 'DELETE'

async function call(
  { app }: TestServer,
  what: string,
  input: object = {},
): Promise<readonly [number, Answer]> {
  const [method = 'GET', path = ''] = what.split(' ')
  const given = method === 'GET' ? { query: input as Record<string, string> } : { body: input }
  const url = `/api/3.0/mlflow/${path}`
  const response = await app.inject({ method: method as Method, url, ...given })
  return [response.statusCode, response.json()]
}

async function makeDataset(server: TestServer, input: object = {}): Promise<string> {
  const given = { name: 'questions', experiment_ids: ['0'], ...input }
  const [status, body] = await call(server, 'POST datasets/create', given)
  expect([status, body]).toEqual([200, expect.anything()])
  return String(body['dataset']?.['dataset_id'])
}

async function records(server: TestServer, id: string, list: string): Promise<Answer> {
  const [, counts] = await call(server, `POST datasets/${id}/records`, { records: list })
  return counts
}

async function recordsText(server: TestServer, id: string): Promise<string> {
  const [, body] = await call(server, `GET datasets/${id}/records`)
  return String(body['records'])
}

async function foundNames(server: TestServer, input: object): Promise<unknown> {
  const [status, body] = await call(server, 'POST datasets/search', input)
  const datasets = (body['datasets'] ?? []) as unknown as readonly { name: string }[]
  return status === 200 ? datasets.map(({ name }) => name) : body['message']
}

describe.each(testDialects)('evaluation datasets on %s', (dialect) => {
  test('a dataset knows its tags, its experiments and when it changed', async () => {
    await using server = await testServer(dialect)
    const tags = JSON.stringify({ 'mlflow.user': 'ann', level: 3 })
    const id = await makeDataset(server, { tags })
    expect(id).toMatch(/^d-[0-9a-f]{32}$/)
    const [, read] = await call(server, `GET datasets/${id}`)
    expect(read['dataset']).toMatchObject({ name: 'questions', created_by: 'ann' })
    expect(JSON.parse(String(read['dataset']?.['tags']))).toEqual({
      'mlflow.user': 'ann',
      level: '3',
    })
    expect(read['dataset']).not.toHaveProperty('schema')

    const [, other] = await server
      .call('POST', 'experiments/create', { name: 'other' })
      .then(({ status, body }) => [status, body] as const)
    const second = String(other['experiment_id'])
    await call(server, `POST datasets/${id}/add-experiments`, { experiment_ids: [second] })
    const [, two] = await call(server, `GET datasets/${id}/experiment-ids`)
    expect(two).toEqual({ experiment_ids: ['0', second] })
    await call(server, `POST datasets/${id}/remove-experiments`, { experiment_ids: ['0', '99'] })
    const [, one] = await call(server, `GET datasets/${id}/experiment-ids`)
    expect(one).toEqual({ experiment_ids: [second] })
    const unknown = { experiment_ids: ['4242'] }
    const [missing] = await call(server, `POST datasets/${id}/add-experiments`, unknown)
    expect(missing).toBe(404)

    await call(server, `PATCH datasets/${id}/tags`, { tags: '{"level": "4", "gone": null}' })
    await call(server, `DELETE datasets/${id}/tags/mlflow.user`)
    await call(server, `DELETE datasets/${id}/tags/never-was`)
    const [, after] = await call(server, `GET datasets/${id}`)
    expect(after['dataset']?.['tags']).toBe('{"level":"4"}')

    expect(await call(server, `DELETE datasets/${id}`)).toEqual([200, {}])
    expect(await call(server, `DELETE datasets/${id}`)).toEqual([200, {}])
    const [gone, error] = await call(server, `GET datasets/${id}`)
    expect([gone, error['error_code']]).toEqual([404, 'RESOURCE_DOES_NOT_EXIST'])
  })

  test('the same inputs are the same record, in whatever order their keys come', async () => {
    await using server = await testServer(dialect)
    const id = await makeDataset(server)
    const first = `[{"inputs": {"q": "a", "n": 1.0}, "expectations": {"x": NaN},
      "tags": {"mlflow.user": "ann"},
      "source": {"source_type": "trace", "source_data": {"trace_id": "tr-1"}}},
      {"inputs": {"q": "b", "big": 12345678901234567890}, "outputs": ["free"]}]`
    expect(await records(server, id, first)).toEqual({ inserted_count: 2, updated_count: 0 })
    const again = '[{"inputs": {"n": 1.0, "q": "a"}, "outputs": null, "expectations": {"y": 2}}]'
    expect(await records(server, id, again)).toEqual({ inserted_count: 0, updated_count: 1 })

    const text = await recordsText(server, id)
    expect(text).toContain('"n":1.0')
    expect(text).toContain('"expectations":{"x":NaN,"y":2}')
    expect(text).toContain('12345678901234567890')
    const [a, b] = JSON.parse(text.replaceAll('NaN', '0')) as [Answer, Answer]
    expect(a).toMatchObject({ source_type: 'TRACE', source_id: 'tr-1', created_by: 'ann' })
    expect(a).not.toHaveProperty('outputs')
    expect(b).toMatchObject({ outputs: ['free'], tags: {} })

    const [, body] = await call(server, `GET datasets/${id}`)
    expect(JSON.parse(String(body['dataset']?.['schema']))).toEqual({
      inputs: { q: 'string', n: 'float', big: 'integer' },
      outputs: 'array',
      expectations: { x: 'float', y: 'integer' },
      version: '1.0',
    })
    expect(body['dataset']?.['profile']).toBe('{"num_records":2}')

    const ids = [String(a['dataset_record_id']), 'dr-unknown']
    const [, deleted] = await call(server, `DELETE datasets/${id}/records`, {
      dataset_record_ids: ids,
    })
    expect(deleted).toEqual({ deleted_count: 1 })
    expect(JSON.parse(await recordsText(server, id))).toHaveLength(1)
  })

  test('pages of records go on where they ended while records are added', async () => {
    await using server = await testServer(dialect)
    const id = await makeDataset(server)
    const inputs = (from: number, to: number): string =>
      JSON.stringify(
        Array.from({ length: to - from }, (_, index) => ({ inputs: { n: from + index } })),
      )
    await records(server, id, inputs(0, 5))
    const seen: unknown[] = []
    let token: string | undefined
    do {
      const input = { max_results: '2', ...(token ? { page_token: token } : {}) }
      const [, page] = await call(server, `GET datasets/${id}/records`, input)
      const list = JSON.parse(String(page['records'])) as readonly { inputs: { n: number } }[]
      seen.push(...list.map((each) => each.inputs.n))
      if (token === undefined) await records(server, id, inputs(5, 7))
      token = page['next_page_token'] as unknown as string | undefined
    } while (token !== undefined)
    expect(seen).toEqual([0, 1, 2, 3, 4, 5, 6])
  })

  test('a search reads MLflow’s filters and orders, and names what it cannot read', async () => {
    await using server = await testServer(dialect)
    for (const [name, level] of [
      ['alpha', '1'],
      ['beta', '2'],
      ['Gamma', '2'],
    ] as const) {
      await makeDataset(server, { name, tags: JSON.stringify({ level }) })
    }
    await makeDataset(server, { name: 'nowhere', experiment_ids: [] })
    const order_by = ['name ASC']
    expect(await foundNames(server, { order_by })).toEqual(['Gamma', 'alpha', 'beta', 'nowhere'])
    expect(await foundNames(server, { order_by, experiment_ids: ['0'] })).toHaveLength(3)
    for (const [filter, names] of [
      ['name = "alpha"', ['alpha']],
      ["name LIKE '%a'", ['Gamma', 'alpha', 'beta']],
      ["name ILIKE 'GA%'", ['Gamma']],
      ["name IN ('alpha', 'beta')", ['alpha', 'beta']],
      ["tags.level = '2' AND name != 'beta'", ['Gamma']],
      [
        'created_time > 0 AND last_update_time < 99999999999999',
        ['Gamma', 'alpha', 'beta', 'nowhere'],
      ],
    ] as const) {
      expect([filter, await foundNames(server, { order_by, filter_string: filter })]).toEqual([
        filter,
        names,
      ])
    }
    const [, page] = await call(server, 'POST datasets/search', { order_by, max_results: 3 })
    const next = { order_by, max_results: 3, page_token: page['next_page_token'] }
    expect(await foundNames(server, next)).toEqual(['nowhere'])
    expect(await foundNames(server, { filter_string: "color = 'red'" })).toMatch(
      /Invalid attribute key 'color' specified\. Valid keys are name/,
    )
    expect(await foundNames(server, { order_by: ['digest'] })).toMatch(/Valid keys are name/)
    expect(await foundNames(server, { max_results: 0 })).toMatch(/from 1 to 50000/)
  })

  test('what is no record is refused, and nothing of it is kept', async () => {
    await using server = await testServer(dialect)
    const id = await makeDataset(server)
    const ok = '{"inputs": {"q": 1}}'
    for (const [text, message] of [
      ['{"inputs"', /'records' is not JSON/],
      ['{}', /must be the JSON text of a list/],
      [`[${ok}, 5]`, /records\[1\] must be an object, not integer/],
      [`[${ok}, {"outputs": {}}]`, /records\[1\] must have an 'inputs' field/],
      [`[${ok}, {"inputs": {}, "tags": []}]`, /records\[1\]\.tags must be an object, not array/],
      [`[${ok}, {"inputs": {}, "source": {"source_type": "MOON"}}]`, /source type: MOON/],
    ] as const) {
      const [status, body] = await call(server, `POST datasets/${id}/records`, { records: text })
      expect([status, body['message']]).toEqual([400, expect.stringMatching(message)])
    }
    expect(await recordsText(server, id)).toBe('[]')
    const [status, body] = await call(server, 'POST datasets/create', { name: 'x', tags: '[]' })
    expect([status, body['message']]).toEqual([400, expect.stringContaining("'tags' must be")])
    const [, missing] = await call(server, 'POST datasets/d-none/records', { records: `[${ok}]` })
    expect(missing['message']).toBe("Evaluation dataset with id 'd-none' not found")
  })
})

describe.each(testDialects)('scorers on %s', (dialect) => {
  test('every registration of a name is its next version', async () => {
    await using server = await testServer(dialect)
    const register = async (name: string, text: string): Promise<readonly [number, Answer]> =>
      call(server, 'POST scorers/register', {
        experiment_id: '0',
        name,
        serialized_scorer: text,
      })
    const [, first] = await register('tone', '{"v": 1}')
    expect(first).toMatchObject({ version: 1, experiment_id: '0', serialized_scorer: '{"v": 1}' })
    const [, second] = await register('tone', '{"v": 2}')
    expect([second['version'], second['scorer_id']]).toEqual([2, first['scorer_id']])
    await register('length', '{}')

    const [, listed] = await call(server, 'GET scorers/list', { experiment_id: '0' })
    expect(listed['scorers']).toMatchObject([
      { scorer_name: 'length', scorer_version: 1, experiment_id: 0 },
      { scorer_name: 'tone', scorer_version: 2, serialized_scorer: '{"v": 2}' },
    ])
    const tone = { experiment_id: '0', name: 'tone' }
    const [, versions] = await call(server, 'GET scorers/versions', tone)
    expect(versions['scorers']).toHaveLength(2)
    const [, newest] = await call(server, 'GET scorers/get', tone)
    expect(newest['scorer']).toMatchObject({ scorer_version: 2 })
    const [, old] = await call(server, 'GET scorers/get', { ...tone, version: '1' })
    expect(old['scorer']).toMatchObject({ serialized_scorer: '{"v": 1}' })
    const [status, error] = await call(server, 'GET scorers/get', { ...tone, version: '7' })
    expect([status, error['message']]).toEqual([
      404,
      "Scorer with name 'tone' and version 7 not found for experiment 0.",
    ])

    await call(server, 'DELETE scorers/delete', { ...tone, version: 2 })
    const [, left] = await call(server, 'GET scorers/get', tone)
    expect(left['scorer']).toMatchObject({ scorer_version: 1 })
    await call(server, 'DELETE scorers/delete', tone)
    expect((await call(server, 'DELETE scorers/delete', tone))[0]).toBe(404)
    expect((await call(server, 'GET scorers/versions', tone))[0]).toBe(404)
  })

  test('a scorer needs a name, JSON and an experiment that is there', async () => {
    await using server = await testServer(dialect)
    const good = { experiment_id: '0', name: 'a', serialized_scorer: '{}' }
    for (const [change, status] of [
      [{ name: ' ' }, 400],
      [{ serialized_scorer: '{' }, 400],
      [{ experiment_id: '77' }, 404],
      [{ experiment_id: undefined }, 400],
    ] as const) {
      expect((await call(server, 'POST scorers/register', { ...good, ...change }))[0]).toBe(status)
    }
  })
})
