import { expect, test } from 'vitest'
import { runCli } from '../support/cli.ts'
import { startServer } from '../support/server.ts'
import { caller, logModels, query } from './client.ts'

const serving = '/api/millrace/1.0/serving'

const insert = (ids: readonly number[]) =>
  `insert into customers values ${ids
    .map((id) => `(${id}, ${id % 70}, ${20 + (id % 90)}, 'One year', 'Mailed check')`)
    .join(', ')}`
const range = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i)

test('scores a table once and what is committed to it once, also when the server is killed', async () => {
  await using server = await startServer()
  const call = caller(server.url)
  await logModels(server.url, 'churn', 'doubler')
  await query(
    call,
    'create table customers (id bigint, tenure double, charges double, contract string, payment string)',
  )
  await query(call, insert(range(0, 100)))
  await query(call, insert(range(100, 150)))

  const batch = {
    model: 'models:/churn/latest',
    table: 'customers',
    version: 1,
    output_table: 'predictions',
    key_columns: ['id'],
    idempotency_key: 'january',
  }
  const first = await call('POST', `${serving}/score-batch`, batch)
  expect(first).toMatchObject({
    status: 200,
    body: { model: 'churn', version: 2, flavour: 'onnx', input_version: 1, rows: 100 },
  })
  expect((await call('POST', `${serving}/score-batch`, batch)).body).toEqual(first.body)
  const [[rows, models, versions] = []] = await query(
    call,
    `select count(*), count(distinct model_version), max(input_version) from predictions
     where prediction in (0, 1) and probability between 0 and 1 and scored_at is not null`,
  )
  expect([rows, models, versions]).toEqual(['100', '1', '1'])

  const words = ['score', 'churn/latest', 'customers@1', '--to', 'predictions', '--key', 'id']
  const printed = await runCli([...words, '--idempotency-key', 'january'], server)
  expect([printed.code, printed.stdout]).toEqual([
    0,
    '100 rows of main.default.customers@1 scored by churn 2 (onnx)\ninto main.default.predictions@0\n',
  ])

  const other = { ...batch, table: 'predictions', version: 0 }
  expect((await call('POST', `${serving}/score-batch`, other)).status).toBe(409)
  const bad: [Record<string, unknown>, number, RegExp][] = [
    [{ key_columns: ['nr'] }, 400, /key_columns \[nr\] are not in/],
    [{ table: 'predictions', version: 0, key_columns: [] }, 400, /'tenure', 'contract'/],
    [{ model: 'models:/churn/Production' }, 404, /no version in stage Production/],
    [{ model: 'churn' }, 400, /models:\/NAME/],
    [{ table: 'nothing' }, 404, /nothing/],
    [{ colour: 'red' }, 400, /'colour'/],
  ]
  for (const [change, status, message] of bad) {
    const { idempotency_key: _, ...rest } = batch
    const refused = await call('POST', `${serving}/score-batch`, { ...rest, ...change })
    expect([refused.body['message'], refused.status]).toEqual([
      expect.stringMatching(message),
      status,
    ])
  }

  const stream = {
    name: 'live',
    model: 'models:/churn/1',
    source_table: 'customers',
    output_table: 'scored',
    from_version: 1,
  }
  const streams = `${serving}/streams`
  expect((await call('POST', streams, stream)).body).toMatchObject({ state: 'RUNNING' })
  expect((await call('POST', streams, stream)).status).toBe(200)
  const clash = await call('POST', streams, { ...stream, output_table: 'elsewhere' })
  expect([clash.status, clash.body['error_code']]).toEqual([400, 'RESOURCE_ALREADY_EXISTS'])

  const writing = (async () => {
    for (let start = 1000; start < 1200; start += 10)
      await query(call, insert(range(start, start + 10)))
  })().catch(() => {})
  await expect
    .poll(async () => (await call('GET', `${streams}/live`)).body['rows_scored'], {
      timeout: 60_000,
    })
    .toBeGreaterThan(100)
  await server.kill()
  await writing
  await server.restart()
  await query(call, insert(range(2000, 2010)))
  const caughtUp = async () => (await call('GET', `${streams}/live`)).body['lag_versions']
  await expect.poll(caughtUp, { timeout: 60_000 }).toBe(0)
  const [[scored, distinct] = []] = await query(
    call,
    'select count(*), count(distinct id) from scored',
  )
  const [[there] = []] = await query(call, 'select count(*) from customers')
  expect([scored, distinct]).toEqual([there, there])

  await call('POST', `${streams}/live/pause`)
  await query(call, insert(range(3000, 3010)))
  expect((await call('GET', `${streams}/live`)).body).toMatchObject({
    state: 'PAUSED',
    lag_versions: 1,
  })
  await call('POST', `${streams}/live/resume`)
  await expect.poll(caughtUp, { timeout: 60_000 }).toBe(0)
  expect((await call('DELETE', `${streams}/live`)).status).toBe(200)
  expect((await call('GET', `${streams}/live`)).status).toBe(404)

  // A regression in Python workers: no probability.
  const doubled = await call('POST', `${serving}/score-batch`, {
    model: 'models:/doubler/1',
    table: 'customers',
    output_table: 'doubled',
    key_columns: ['id', 'charges'],
  })
  expect(doubled.body).toMatchObject({ flavour: 'pyfunc' })
  const [[wrong, known] = []] = await query(
    call,
    'select count_if(prediction <> charges * 2), count(probability) from doubled',
  )
  expect([wrong, known]).toEqual(['0', '0'])
})
