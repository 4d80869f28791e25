import { describe, expect, test } from 'vitest'
import { testDialects } from '../core/testing.ts'
import { testServer, type Answer, type TestServer } from '../test-server.ts'

interface GivenTrace {
  readonly id: string
  readonly name: string
  readonly at: string
  readonly ms?: number
  readonly state?: string
  readonly tokens?: number
  readonly session?: string
}

async function post(
  { app }: TestServer,
  path: string,
  body: object,
): Promise<{ readonly status: number; readonly body: Answer }> {
  const response = await app.inject({ method: 'POST', url: `/api/3.0/mlflow/${path}`, body })
  return { status: response.statusCode, body: response.json() }
}

async function putTrace(server: TestServer, given: GivenTrace): Promise<void> {
  const { tokens, session } = given
  const trace_info = {
    trace_id: given.id,
    trace_location: {
      type: 'MLFLOW_EXPERIMENT',
      mlflow_experiment: { experiment_id: '0' },
    },
    request_time: given.at,
    ...(given.ms === undefined ? {} : { execution_duration: `${given.ms / 1000}s` }),
    state: given.state ?? 'OK',
    trace_metadata: {
      ...(tokens === undefined
        ? {}
        : { 'mlflow.trace.tokenUsage': JSON.stringify({ input_tokens: tokens }) }),
      ...(session === undefined ? {} : { 'mlflow.trace.session': session }),
    },
    tags: { 'mlflow.traceName': given.name, team: given.name === 'a' ? 'red' : 'blue' },
  }
  const { status } = await post(server, 'traces', { trace: { trace_info } })
  expect(status).toBe(200)
}

const traces: readonly GivenTrace[] = [
  { id: 'tr-1', name: 'a', at: '2026-01-31T12:00:00Z', ms: 10, tokens: 3, session: 's' },
  { id: 'tr-2', name: 'a', at: '2026-01-31T12:00:30Z', ms: 30, state: 'ERROR', session: 's' },
  { id: 'tr-3', name: 'b', at: '2026-01-31T12:01:10Z', ms: 20, tokens: 4, session: 't' },
  { id: 'tr-4', name: 'b', at: '2026-01-31T12:01:20Z' },
]

async function filled(dialect: (typeof testDialects)[number]): Promise<TestServer> {
  const server = await testServer(dialect)
  for (const trace of traces) await putTrace(server, trace)
  return server
}

/** Every point as its dimensions, then its values. */
async function points(server: TestServer, input: object): Promise<unknown> {
  const given = { experiment_ids: ['0'], view_type: 'TRACES', ...input }
  const { status, body } = await post(server, 'traces/metrics', given)
  if (status !== 200) return body['message']
  const found = (body['data_points'] ?? []) as readonly Answer[]
  return found.map((point) => [
    ...Object.values(point['dimensions'] ?? {}),
    ...Object.values(point['values'] ?? {}),
  ])
}

const count = { aggregations: [{ aggregation_type: 'COUNT' }] }

describe.each(testDialects)('traces together on %s', (dialect) => {
  test('counts and times of traces by name, state and minute', async () => {
    await using server = await filled(dialect)
    const asked = { metric_name: 'trace_count', ...count }
    expect(await points(server, asked)).toEqual([[4]])
    const dimensions = ['trace_name', 'trace_status']
    expect(await points(server, { ...asked, dimensions })).toEqual([
      ['a', 'ERROR', 1],
      ['a', 'OK', 1],
      ['b', 'OK', 2],
    ])
    const minutes = {
      ...asked,
      time_interval_seconds: 60,
      start_time_ms: Date.parse('2026-01-31T12:00:30Z'),
      end_time_ms: Date.parse('2026-01-31T12:01:10Z'),
    }
    expect(await points(server, minutes)).toEqual([
      ['2026-01-31T12:00:00+00:00', 1],
      ['2026-01-31T12:01:00+00:00', 1],
    ])
    expect(await points(server, { metric_name: 'session_count', ...count })).toEqual([[2]])
    const { body } = await post(server, 'traces/metrics', {
      experiment_ids: ['0'],
      view_type: 1,
      metric_name: 'latency',
      aggregations: [
        { aggregation_type: 'AVG' },
        { aggregation_type: 'MIN' },
        { aggregation_type: 'MAX' },
        { aggregation_type: 'PERCENTILE', percentile_value: 75 },
        { aggregation_type: 'PERCENTILE', percentile_value: 99.5 },
      ],
    })
    expect(body['data_points']).toEqual([
      {
        metric_name: 'latency',
        dimensions: {},
        values: { AVG: 20, MIN: 10, MAX: 30, 'P75.0': 25, 'P99.5': expect.closeTo(29.9) },
      },
    ])
    const tokens = {
      metric_name: 'input_tokens',
      aggregations: [{ aggregation_type: 'SUM' }],
      dimensions: ['trace_name'],
    }
    expect(await points(server, tokens)).toEqual([
      ['a', 3],
      ['b', 4],
    ])
  })

  test('filters of metrics name states, tags, metadata, spans and assessments', async () => {
    await using server = await filled(dialect)
    const asked = { metric_name: 'trace_count', ...count }
    for (const [filters, found] of [
      [['trace.status = "OK"'], [[3]]],
      [["trace.tag.team = 'red'", "trace.status = 'ERROR'"], [[1]]],
      [["trace.tag.`mlflow.traceName` = 'b'"], [[2]]],
      [["trace.metadata.mlflow.trace.session = 's'"], [[2]]],
      [["trace.tag.team = 'green'"], []],
    ] as const) {
      expect([filters, await points(server, { ...asked, filters })]).toEqual([filters, found])
    }
    for (const [filter, message] of [
      ["trace.status != 'OK'", /Expected one clause such as/],
      ["trace.status = 'OK' AND trace.tag.a = 'b'", /Expected one clause such as/],
      ["trace.colour = 'red'", /It can name trace\.status, trace\.tag\.<key>/],
      ["trace.tag = 'red'", /It can name/],
      ["span.name = 'x'", /only supported for SPANS view type, got TRACES/],
    ] as const) {
      expect(await points(server, { ...asked, filters: [filter] })).toMatch(message)
    }
  })

  test('metrics of spans and assessments', async () => {
    await using server = await filled(dialect)
    const attributes = [
      { key: 'mlflow.spanType', value: { stringValue: '"LLM"' } },
      { key: 'mlflow.llm.model', value: { stringValue: '"m1"' } },
      { key: 'mlflow.llm.cost', value: { stringValue: '{"total_cost": 0.5}' } },
      { key: 'mlflow.traceRequestId', value: { stringValue: '"tr-1"' } },
    ]
    const span = {
      traceId: '9b6e67edd2830b028d9a49a06c5e8bf9',
      spanId: '00000000000000aa',
      name: 'ask "start_time_unix_nano": 5',
      startTimeUnixNano: '1769860800000000123',
      endTimeUnixNano: '1769860800042000122',
      attributes,
    }
    const sent = await server.app.inject({
      method: 'POST',
      url: '/v1/traces',
      headers: { 'content-type': 'application/json', 'x-mlflow-experiment-id': '0' },
      body: JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans: [span] }] }] }),
    })
    expect(sent.statusCode).toBe(200)
    const ofSpans = (input: object): Promise<unknown> =>
      points(server, { view_type: 'SPANS', ...input })
    const dimensions = ['span_name', 'span_type', 'span_status', 'span_model_name']
    const asked = { metric_name: 'span_count', ...count, dimensions }
    expect(await ofSpans(asked)).toEqual([[span.name, 'LLM', 'UNSET', 'm1', 1]])
    expect(await ofSpans({ ...asked, filters: ["span.type = 'TOOL'"] })).toEqual([])
    const max = [{ aggregation_type: 'MAX' }]
    expect(await ofSpans({ metric_name: 'latency', aggregations: max })).toEqual([[41]])
    const cost = { metric_name: 'total_cost', aggregations: max, end_time_ms: 1769860800000 }
    expect(await ofSpans(cost)).toEqual([[0.5]])
    expect(await ofSpans({ ...cost, end_time_ms: 1769860799999 })).toEqual([])

    for (const [trace, value] of [
      ['tr-1', true],
      ['tr-2', 'no'],
      ['tr-3', 0.5],
      ['tr-3', 'perhaps'],
    ] as const) {
      const assessment = { assessment_name: 'right', feedback: { value } }
      expect((await post(server, `traces/${trace}/assessments`, { assessment })).status).toBe(200)
    }
    const judged = { view_type: 'ASSESSMENTS', filters: ["assessment.name = 'right'"] }
    const average = { metric_name: 'assessment_value', aggregations: [{ aggregation_type: 3 }] }
    expect(await points(server, { ...judged, ...average })).toEqual([[0.5]])
    const values = { metric_name: 'assessment_count', ...count, dimensions: ['assessment_value'] }
    expect(await points(server, { ...judged, ...values })).toEqual([
      ['"no"', 1],
      ['"perhaps"', 1],
      ['0.5', 1],
      ['true', 1],
    ])
  })

  test('a metric that cannot be asked for is refused with what can', async () => {
    await using server = await testServer(dialect)
    const percentile = { aggregation_type: 'PERCENTILE' }
    for (const [input, message] of [
      [{ metric_name: 'speed', ...count }, /must be one of trace_count, session_count/],
      [{ metric_name: 'latency', ...count }, /\[COUNT\]\. Supported aggregation types: AVG/],
      [{ metric_name: 'latency', aggregations: [percentile] }, /PERCENTILE, which needs it/],
      [
        { metric_name: 'trace_count', ...count, dimensions: ['x'] },
        /invalid dimension\(s\): \[x\]/,
      ],
      [{ metric_name: 'trace_count', ...count, time_interval_seconds: 5 }, /are required if/],
      [{ metric_name: 'trace_count', ...count, max_results: 0 }, /from 1 to 1000/],
    ] as const) {
      expect(await points(server, input)).toMatch(message)
    }
  })

  test('how far two filters find the same traces', async () => {
    await using server = await filled(dialect)
    const correlate = async (first: string, second: string, base?: string): Promise<Answer> => {
      const filters = { filter_string1: first, filter_string2: second }
      const input = { experiment_ids: ['0'], ...filters, ...(base ? { base_filter: base } : {}) }
      return (await post(server, 'traces/calculate-filter-correlation', input)).body
    }
    const red = "tags.team = 'red'"
    expect(await correlate(red, "name = 'a'")).toEqual({
      npmi: 1,
      npmi_smoothed: expect.closeTo(0.5835, 4),
      filter1_count: 2,
      filter2_count: 2,
      joint_count: 2,
      total_count: 4,
    })
    expect(await correlate(red, "name = 'b'")).toMatchObject({ npmi: -1, joint_count: 0 })
    expect(await correlate(red, "name = 'c'")).toMatchObject({ npmi: 'NaN', npmi_smoothed: 'NaN' })
    const failed = await correlate(red, "status = 'ERROR'", 'execution_time_ms > 10')
    expect(failed).toMatchObject({ filter1_count: 1, joint_count: 1, total_count: 2, npmi: 1 })
    expect((await correlate(red, 'nonsense'))['error_code']).toBe('INVALID_PARAMETER_VALUE')
  })

  test('traces asked for together are those of the experiments that are named', async () => {
    await using server = await filled(dialect)
    const ids = async (experiment_ids: readonly string[]): Promise<readonly unknown[]> => {
      const input = { trace_ids: ['tr-1', 'tr-none', 'tr-3'], experiment_ids }
      const { body } = await post(server, 'traces/batchGetInfos', input)
      const infos = (body['trace_infos'] ?? []) as readonly Answer[]
      return infos.map((info) => info['trace_id'])
    }
    expect(await ids([])).toEqual(['tr-1', 'tr-3'])
    expect(await ids(['0', '5'])).toEqual(['tr-1', 'tr-3'])
    expect(await ids(['5'])).toEqual([])
  })

  test('a trace’s spans and attachments are files', async () => {
    await using server = await filled(dialect)
    const get = (query: Record<string, string>) =>
      server.app.inject({ url: '/ajax-api/3.0/mlflow/get-trace-artifact', query })
    const spans = await get({ request_id: 'tr-1' })
    expect(spans.headers['content-disposition']).toContain('traces.json')
    expect(spans.json()).toEqual({ spans: [] })
    const folder = '/api/2.0/mlflow-artifacts/artifacts/0/traces/tr-1/artifacts/attachments'
    await server.app.inject({
      method: 'PUT',
      url: `${folder}/note.txt`,
      headers: { 'content-type': 'application/octet-stream' },
      body: 'hello',
    })
    expect((await get({ request_id: 'tr-1', path: 'note.txt' })).body).toBe('hello')
    const statuses = [
      await get({ request_id: 'tr-1', path: '../../../x' }),
      await get({ request_id: 'tr-1', path: 'none.txt' }),
      await get({ request_id: 'tr-none' }),
      await get({}),
    ].map(({ statusCode }) => statusCode)
    expect(statuses).toEqual([400, 404, 404, 400])
  })
})
