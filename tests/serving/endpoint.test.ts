import { expect, test } from 'vitest'
import { startServer } from '../support/server.ts'
import { caller, churnRow, configOf, logModels, settled } from './client.ts'

const api = '/api/2.0/serving-endpoints'
const score = (name: string) => `/serving-endpoints/${name}/invocations`

test('serves both kinds of model, switches versions without a failed request, survives kill -9', async () => {
  await using server = await startServer()
  const call = caller(server.url)
  await logModels(server.url, 'churn', 'doubler')

  const created = await call('POST', api, {
    name: 'churn',
    config: {
      ...configOf({ model: 'churn', version: 1 }),
      auto_capture_config: { schema_name: 'default', table_name_prefix: 'traffic' },
    },
  })
  expect(created.body['state']).toEqual({ ready: 'NOT_READY', config_update: 'IN_PROGRESS' })
  expect(await call('POST', api, { name: 'churn', config: {} })).toMatchObject({ status: 400 })
  const endpoint = await settled(call, 'churn')
  expect(endpoint).toMatchObject({
    state: { ready: 'READY', config_update: 'NOT_UPDATING' },
    config: { served_entities: [{ entity_version: '1', flavour: 'onnx' }] },
  })

  // A request waits for a model that is being loaded.
  await call('POST', api, { name: 'doubler', config: configOf({ model: 'doubler', version: 1 }) })
  const doubled = await call('POST', score('doubler'), { dataframe_records: [{ charges: 3 }] })
  expect([doubled.status, doubled.body]).toEqual([200, { predictions: [6] }])
  const factored = { dataframe_records: [{ charges: 3 }], params: { factor: 10 } }
  expect((await call('POST', score('doubler'), factored)).body).toEqual({ predictions: [30] })
  expect(await settled(call, 'doubler')).toMatchObject({
    config: { served_entities: [{ flavour: 'pyfunc' }] },
  })

  const bad: [string, unknown, RegExp][] = [
    ['churn', { dataframe_records: [{ tenure: 1 }] }, /missing inputs \['charges'|'contract'/],
    ['churn', { dataframe_records: [{ ...churnRow, x: 1 }] }, /\['x'\] are not in/],
    ['churn', { dataframe_records: [{ ...churnRow, tenure: 'long' }] }, /'tenure'.*"long"/],
    ['churn', { rows: [] }, /exactly one of/],
    ['doubler', { dataframe_records: [{ charges: -1 }] }, /charges cannot be negative/],
    ['doubler', { dataframe_records: [{ charges: 1 }], params: { x: 1 } }, /no parameter 'x'/],
  ]
  for (const [name, body, message] of bad) {
    const refused = await call('POST', score(name), body)
    expect([refused.status, refused.body['error_code']]).toEqual([400, 'BAD_REQUEST'])
    expect(refused.body['message']).toMatch(message)
  }
  expect((await call('POST', '/invocations', {})).body['message']).toMatch(/'churn', 'doubler'/)
  expect((await call('POST', score('nothing'), {})).status).toBe(404)

  // Missing values and a category that no row had are rows like any other.
  const odd = [
    { ...churnRow, charges: null, payment: null },
    { ...churnRow, contract: 'New' },
  ]
  const answered = await call('POST', score('churn'), { dataframe_records: odd })
  expect([answered.status, (answered.body['predictions'] as unknown[]).length]).toEqual([200, 2])

  const seen = new Set<string>()
  let running = true
  const clients = Array.from({ length: 8 }, async () => {
    while (running) {
      const { status, headers } = await call('POST', score('churn'), {
        dataframe_records: [churnRow],
      })
      if (status !== 200) throw new Error(`a request failed with ${status}`)
      seen.add(headers.get('served-model-name') ?? '')
    }
  })
  const update = configOf({ model: 'churn', version: 2 })
  expect((await call('PUT', `${api}/churn/config`, update)).status).toBe(200)
  expect((await call('PUT', `${api}/churn/config`, update)).status).toBe(409)
  await settled(call, 'churn')
  await expect.poll(() => [...seen].sort(), { timeout: 30_000 }).toEqual(['churn-1', 'churn-2'])
  running = false
  await Promise.all(clients)

  // A version that cannot be loaded leaves the live one alone.
  const unknown = await call('PUT', `${api}/churn/config`, configOf({ model: 'churn', version: 9 }))
  expect([unknown.status, unknown.body['message']]).toEqual([404, expect.stringMatching(/9/)])

  const split = configOf(
    { model: 'churn', version: 1, traffic: 50 },
    { model: 'churn', version: 2, traffic: 50 },
  )
  await call('PUT', `${api}/churn/config`, split)
  await settled(call, 'churn')
  seen.clear()
  for (let i = 0; i < 40; i += 1) {
    const { headers } = await call('POST', score('churn'), { dataframe_records: [churnRow] })
    seen.add(headers.get('served-model-name') ?? '')
  }
  expect([...seen].sort()).toEqual(['churn-1', 'churn-2'])
  const metrics = await call('GET', `${api}/churn/metrics`)
  expect(metrics.body['text']).toMatch(/request_count_total\{.*churn-1.*\} [1-9]/)

  await server.kill()
  await server.restart()
  const again = await call('POST', score('churn'), { dataframe_records: [churnRow] })
  expect(again.status).toBe(200)

  await call('PATCH', `${api}/churn/tags`, { add_tags: [{ key: 'team', value: 'growth' }] })
  const { body } = await call('GET', api)
  expect(body['endpoints']).toMatchObject([
    { name: 'churn', tags: [{ key: 'team', value: 'growth' }] },
    { name: 'doubler' },
  ])
  expect((await call('DELETE', `${api}/churn`)).status).toBe(200)
  expect((await call('POST', score('churn'), { dataframe_records: [churnRow] })).status).toBe(404)
})
