/** Data for the pages, made through the server's own API as a client would make it. */

export interface Api {
  readonly get: <Answer>(path: string) => Promise<Answer>
  readonly post: <Answer>(path: string, body: unknown) => Promise<Answer>
  readonly put: (path: string, body: string) => Promise<void>
}

export function apiOf(url: string, token?: string): Api {
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` }
  const ask = async (path: string, init: RequestInit): Promise<string> => {
    const response = await fetch(url + path, init)
    const text = await response.text()
    if (!response.ok) throw new Error(`${path}: ${response.status} ${text}`)
    return text
  }
  return {
    get: async (path) => JSON.parse(await ask(path, { headers })),
    post: async (path, body) => {
      const sent = { ...headers, 'content-type': 'application/json' }
      return JSON.parse(
        await ask(path, { method: 'POST', headers: sent, body: JSON.stringify(body) }),
      )
    },
    put: async (path, body) => {
      await ask(path, { method: 'PUT', headers, body })
    },
  }
}

const mlflow = '/api/2.0/mlflow'

export async function makeExperiment(api: Api, name: string): Promise<string> {
  const body = { name }
  const made = await api.post<{ experiment_id: string }>(`${mlflow}/experiments/create`, body)
  return made.experiment_id
}

export interface RunInput {
  readonly experimentId: string
  readonly name: string
  readonly metrics: Readonly<Record<string, number>>
  readonly params?: Readonly<Record<string, string>>
  /** Values of a metric `loss` by step. */
  readonly loss?: readonly number[]
}

/** A finished run; its id. */
export async function makeRun(api: Api, input: RunInput): Promise<string> {
  const started = Date.now() - 60_000
  const created = await api.post<{ run: { info: { run_id: string } } }>(`${mlflow}/runs/create`, {
    experiment_id: input.experimentId,
    run_name: input.name,
    start_time: started,
  })
  const runId = created.run.info.run_id
  const points = (input.loss ?? []).map((value, step) => ({
    key: 'loss',
    value,
    step,
    timestamp: started + step * 100,
  }))
  const last = Object.entries(input.metrics).map(([key, value]) => ({
    key,
    value,
    step: 0,
    timestamp: started,
  }))
  const params = Object.entries(input.params ?? {}).map(([key, value]) => ({ key, value }))
  const batch = { run_id: runId, metrics: [...points, ...last], params }
  await api.post(`${mlflow}/runs/log-batch`, batch)
  const end = { run_id: runId, status: 'FINISHED', end_time: started + 42_000 }
  await api.post(`${mlflow}/runs/update`, end)
  return runId
}

export async function putArtifact(
  api: Api,
  run: { readonly experimentId: string; readonly runId: string },
  file: { readonly path: string; readonly text: string },
): Promise<void> {
  const folder = `${run.experimentId}/${run.runId}/artifacts`
  await api.put(`/api/2.0/mlflow-artifacts/artifacts/${folder}/${file.path}`, file.text)
}

const traceId = '5b8efff798038103d269b633813fc60c'

/** A trace of two spans, the inner one failed, sent as an OpenTelemetry exporter does; its id. */
export async function sendTrace(url: string, experimentId: string): Promise<string> {
  const startMs = Date.now() - 60_000
  const span = (spanId: string, after: number, extras: object): object => ({
    traceId,
    spanId,
    startTimeUnixNano: `${startMs + after}000000`,
    endTimeUnixNano: `${startMs + 120}000000`,
    ...extras,
  })
  const text = (key: string, stringValue: string) => ({ key, value: { stringValue } })
  const spans = [
    span('00000000000000aa', 0, {
      name: 'answer',
      attributes: [text('mlflow.spanInputs', '{"question":"why?"}')],
      status: { code: 1 },
    }),
    span('00000000000000bb', 40, {
      name: 'look up',
      parentSpanId: '00000000000000aa',
      status: { code: 2, message: 'nothing found' },
    }),
  ]
  const response = await fetch(`${url}/v1/traces`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-mlflow-experiment-id': experimentId },
    body: JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans }] }] }),
  })
  if (!response.ok) throw new Error(`/v1/traces: ${response.status} ${await response.text()}`)
  return `tr-${traceId}`
}

export async function makeVersion(api: Api, name: string, runId: string): Promise<string> {
  await api.post(`${mlflow}/registered-models/create`, { name }).catch(() => undefined)
  const run = await api.get<{ run: { info: { artifact_uri: string } } }>(
    `${mlflow}/runs/get?run_id=${runId}`,
  )
  const made = await api.post<{ model_version: { version: string } }>(
    `${mlflow}/model-versions/create`,
    { name, source: `${run.run.info.artifact_uri}/model`, run_id: runId },
  )
  return made.model_version.version
}

export async function runSql(api: Api, statement: string): Promise<void> {
  const body = { statement, warehouse_id: 'default', wait_timeout: '30s' }
  const answer = await api.post<{ status: { state: string; error?: { message: string } } }>(
    '/api/2.0/sql/statements',
    body,
  )
  if (answer.status.state !== 'SUCCEEDED') {
    throw new Error(answer.status.error?.message ?? answer.status.state)
  }
}

/** A job of conditions, which need no Python, run to its end. */
export async function makeJobRun(api: Api): Promise<{ jobId: number; runId: number }> {
  const condition = (left: string) => ({ op: 'EQUAL_TO', left, right: '1' })
  const { job_id: jobId } = await api.post<{ job_id: number }>('/api/2.2/jobs/create', {
    name: 'branching',
    schedule: { quartz_cron_expression: '0 0 23 ? * FRI', timezone_id: 'Europe/Berlin' },
    parameters: [{ name: 'week', default: '1' }],
    tasks: [
      { task_key: 'first', condition_task: condition('1') },
      {
        task_key: 'taken',
        depends_on: [{ task_key: 'first', outcome: 'true' }],
        condition_task: condition('1'),
      },
      {
        task_key: 'left_out',
        depends_on: [{ task_key: 'first', outcome: 'false' }],
        condition_task: condition('2'),
      },
    ],
  })
  const started = await api.post<{ run_id: number }>('/api/2.2/jobs/run-now', { job_id: jobId })
  return { jobId, runId: started.run_id }
}
