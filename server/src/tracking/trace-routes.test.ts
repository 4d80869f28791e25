import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { testDialects } from '../core/testing.ts'
import { testServer, type Answer, type TestServer } from '../test-server.ts'
import { decodeProtobufSpans } from './otlp/decode.ts'

const traceHex = '9b6e67edd2830b028d9a49a06c5e8bf9'
const traceId = `tr-${traceHex}`

function otlp(spans: readonly object[]): string {
  return JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans }] }] })
}

function span(spanId: string, extras: object = {}): object {
  return {
    traceId: traceHex,
    spanId,
    name: `span ${spanId}`,
    startTimeUnixNano: '1795524383273033230',
    endTimeUnixNano: '1795524383399264505',
    ...extras,
  }
}

const root = span('00000000000000aa', {
  attributes: [
    { key: 'mlflow.spanInputs', value: { stringValue: 'question' } },
    { key: 'n', value: { intValue: '9007199254740993' } },
  ],
  status: { code: 1 },
})

async function send(server: TestServer, body: string | Buffer, headers = {}): Promise<number> {
  const response = await server.app.inject({
    method: 'POST',
    url: '/v1/traces',
    headers: { 'content-type': 'application/json', 'x-mlflow-experiment-id': '0', ...headers },
    body,
  })
  return response.statusCode
}

/** GET, or POST where there is a body. */
async function call3(
  server: TestServer,
  path: string,
  body?: object,
): Promise<{ status: number; body: Answer; text: string }> {
  const url = `/api/3.0/mlflow/${path}`
  const sent = body ? ({ method: 'POST', body } as const) : {}
  const response = await server.app.inject({ url, ...sent })
  return { status: response.statusCode, body: response.json() as Answer, text: response.body }
}

describe.each(testDialects)('traces on %s', (dialect) => {
  test('makes a trace of spans alone, with all digits of their numbers', async () => {
    await using server = await testServer(dialect)
    const child = span('00000000000000bb', { parentSpanId: '00000000000000aa' })
    expect(await send(server, otlp([child]))).toBe(200)
    const running = await call3(server, `traces/${traceId}`)
    expect(running.body['trace']?.['trace_info']?.['state']).toBe('IN_PROGRESS')
    const zipped = gzipSync(otlp([root]))
    expect(await send(server, zipped, { 'content-encoding': 'gzip' })).toBe(200)
    const { body, text } = await call3(server, `traces/get?trace_id=${traceId}`)
    expect(body['trace']?.['trace_info']).toMatchObject({
      state: 'OK',
      execution_duration: '0.126s',
      request_time: '2026-11-24T12:46:23.273Z',
      request_preview: 'question',
      tags: { 'mlflow.traceName': 'span 00000000000000aa' },
    })
    expect(body['trace']?.['spans']).toHaveLength(2)
    expect(text).toContain('"int_value":9007199254740993')
    expect(text).toContain('"start_time_unix_nano":1795524383273033230')
  })

  test('finds traces by tags, metadata, state and time, page by page', async () => {
    await using server = await testServer(dialect)
    for (const n of [1, 2, 3]) {
      const trace_info = {
        trace_id: `tr-${n}`,
        trace_location: { type: 'MLFLOW_EXPERIMENT', mlflow_experiment: { experiment_id: '0' } },
        request_time: new Date(n * 1000).toISOString(),
        execution_duration: `${n}s`,
        state: n === 2 ? 'ERROR' : 'OK',
        trace_metadata: { 'mlflow.sourceRun': `run${n}` },
        tags: { team: n < 3 ? 'a' : 'b', 'mlflow.traceName': `t${n}` },
      }
      expect((await call3(server, 'traces', { trace: { trace_info } })).status).toBe(200)
    }
    const locations = [{ mlflow_experiment: { experiment_id: '0' } }]
    const find = async (search: object): Promise<unknown[]> => {
      const { body } = await call3(server, 'traces/search', { locations, ...search })
      return (body['traces'] ?? []).map((trace) => trace['trace_id'])
    }
    expect(await find({})).toEqual(['tr-3', 'tr-2', 'tr-1'])
    expect(await find({ filter: "tags.team = 'a' and trace.status = 'OK'" })).toEqual(['tr-1'])
    expect(await find({ filter: "metadata.`mlflow.sourceRun` = 'run2'" })).toEqual(['tr-2'])
    expect(await find({ filter: "run_id = 'run3'" })).toEqual(['tr-3'])
    expect(await find({ filter: "attributes.name LIKE 't%' and timestamp_ms < 2000" })).toEqual([
      'tr-1',
    ])
    expect(await find({ filter: 'execution_time_ms >= 2000.5' })).toEqual(['tr-3'])
    const order_by = ['execution_time_ms ASC']
    const first = await call3(server, 'traces/search', {
      locations,
      order_by,
      max_results: 2,
    })
    const page_token = first.body['next_page_token']
    expect(await find({ order_by, max_results: 2, page_token })).toEqual(['tr-3'])
    await server.call('POST', 'traces/link-to-run', { run_id: 'other', trace_ids: ['tr-1'] })
    expect(await find({ filter: "run_id = 'other'" })).toEqual(['tr-1'])
    const deleted = await server.call('POST', 'traces/delete-traces', {
      experiment_id: '0',
      max_timestamp_millis: 2000,
    })
    expect(deleted.body).toEqual({ traces_deleted: 2 })
    expect(await find({})).toEqual(['tr-3'])
    const bad = await call3(server, 'traces/search', { locations, filter: "colour = 'x'" })
    expect([bad.status, bad.body['error_code']]).toEqual([400, 'INVALID_PARAMETER_VALUE'])
  })

  test('keeps traces of clients before MLflow 3, begun and ended by two calls', async () => {
    await using server = await testServer(dialect)
    const begun = await server.call('POST', 'traces', {
      experiment_id: '0',
      timestamp_ms: 5_000,
      request_metadata: [{ key: 'mlflow.sourceRun', value: 'r' }],
      tags: [{ key: 'mlflow.traceName', value: 'answer' }],
    })
    const id = String(begun.body['trace_info']?.['request_id'])
    expect(begun.body['trace_info']).toMatchObject({ status: 'IN_PROGRESS', timestamp_ms: 5_000 })
    const ended = await server.call('PATCH', `traces/${id}`, {
      timestamp_ms: 5_250,
      status: 'OK',
      tags: [{ key: 'late', value: 'yes' }],
    })
    expect(ended.body['trace_info']).toMatchObject({ status: 'OK', execution_time_ms: 250 })
    const prompt_versions = [{ name: 'greet', version: '2' }]
    for (const _ of [1, 2]) {
      await server.call('POST', 'traces/link-prompts', { trace_id: id, prompt_versions })
    }
    const { body } = await server.call('GET', `traces/${id}/info`)
    expect(body['trace_info']?.['tags']).toEqual(
      expect.arrayContaining([
        { key: 'late', value: 'yes' },
        { key: 'mlflow.linkedPrompts', value: JSON.stringify(prompt_versions) },
        { key: 'mlflow.trace.spansLocation', value: 'ARTIFACT_REPO' },
        { key: 'mlflow.traceName', value: 'answer' },
      ]),
    )
    const filter = "attributes.name = 'answer' and request_metadata.`mlflow.sourceRun` = 'r'"
    const found = await server.call('GET', 'traces', { experiment_ids: '0', filter })
    expect(found.body['traces']?.map((trace) => trace['request_id'])).toEqual([id])
    expect((await server.call('PATCH', 'traces/tr-none', {})).status).toBe(404)
  })

  test('a judgement that overrides another makes it invalid, until it is deleted', async () => {
    await using server = await testServer(dialect)
    await send(server, otlp([root]))
    const path = `traces/${traceId}/assessments`
    const feedback = (extras: object) => ({
      assessment: { assessment_name: 'good', feedback: { value: true }, ...extras },
    })
    const first = await call3(server, path, feedback({}))
    const id = String(first.body['assessment']?.['assessment_id'])
    const second = await call3(server, path, feedback({ overrides: id }))
    const valid = async (): Promise<unknown> =>
      (await call3(server, `${path}/${id}`)).body['assessment']?.['valid']
    expect(await valid()).toBe(false)
    const overriding = String(second.body['assessment']?.['assessment_id'])
    await server.app.inject({ method: 'DELETE', url: `/api/3.0/mlflow/${path}/${overriding}` })
    expect(await valid()).toBe(true)
    const empty = await call3(server, path, { assessment: { assessment_name: 'x' } })
    expect(empty.status).toBe(400)
  })
})

test('refuses what is no OpenTelemetry message, without a trace of it', async () => {
  await using server = await testServer('sqlite')
  expect(await send(server, '{"resourceSpans": [')).toBe(400)
  expect(await send(server, otlp([{ traceId: 'zz', spanId: '' }]))).toBe(400)
  expect(await send(server, Buffer.from('nozip'), { 'content-encoding': 'gzip' })).toBe(400)
  expect(await send(server, otlp([root]), { 'x-mlflow-experiment-id': '99' })).toBe(404)
  const protobuf = { 'content-type': 'application/x-protobuf' }
  for (const bytes of [[0x0a, 0xff, 0x01], [0x0a], [0x0f], Array(12).fill(0x80)]) {
    expect(await send(server, Buffer.from(bytes), protobuf)).toBe(400)
  }
  const found = await call3(server, 'traces/search', {
    locations: [{ mlflow_experiment: { experiment_id: '0' } }],
  })
  expect(found.body).toEqual({})
})

test('reads every kind of value out of protobuf', () => {
  const field = (number: number, ...content: readonly (number | Buffer)[]): Buffer => {
    const bytes = Buffer.concat(
      content.map((part) => (typeof part === 'number' ? Buffer.from([part]) : part)),
    )
    return Buffer.concat([Buffer.from([(number << 3) | 2, bytes.length]), bytes])
  }
  const double = Buffer.alloc(9)
  double[0] = (4 << 3) | 1
  double.writeDoubleLE(0.5, 1)
  const attribute = (key: string, value: Buffer): Buffer =>
    field(9, field(1, Buffer.from(key)), field(2, value))
  const message = field(
    1,
    field(
      2,
      field(
        2,
        field(1, Buffer.alloc(16, 1)),
        field(2, Buffer.alloc(8, 2)),
        field(5, Buffer.from('näme')),
        attribute('d', double),
        attribute('neg', Buffer.from([0x18, ...Array(9).fill(0xff), 0x01])),
        attribute('b', Buffer.from([0x10, 0x01])),
        attribute('list', field(5, field(1, field(1, Buffer.from('x'))))),
      ),
    ),
  )
  const [read] = decodeProtobufSpans(message)
  expect([read?.traceId, read?.spanId, read?.name]).toEqual([
    '01'.repeat(16),
    '02'.repeat(8),
    'näme',
  ])
  expect(read?.attributes).toEqual([
    { key: 'd', value: { double_value: 0.5 } },
    { key: 'neg', value: { int_value: -1n } },
    { key: 'b', value: { bool_value: true } },
    { key: 'list', value: { array_value: { values: [{ string_value: 'x' }] } } },
  ])
})
