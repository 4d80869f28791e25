/** The workloads of `tracking.ts`: requests that both servers answer alike. */
import type { LoadResult, Request } from './harness.ts'
import { call, createRuns } from './mlflow-peers.ts'
import { encodeSpans } from './otlp-spans.ts'

/** What a server was given to measure with. */
export interface Tracked {
  readonly url: string
  readonly seededExperiment: string
}

export type Next = (client: number, count: number) => Request

export interface Workload {
  readonly name: string
  readonly title: string
  readonly unit: string
  /** @default 'higher' */
  readonly better?: 'lower'
  /** @default 1 */
  readonly clients?: number
  /** Whether it reads the seeded runs. */
  readonly searches?: boolean
  readonly target: number
  /** How many times better than MLflow. */
  readonly targetRatio?: number
  readonly open: (tracked: Tracked) => Promise<Next>
  readonly figure: (result: LoadResult) => number
}

export async function openTracked(url: string): Promise<Tracked> {
  const made = await call<{ experiment_id: string }>(url, 'experiments/create', { name: 'seeded' })
  return { url, seededExperiment: made.experiment_id }
}

const perSecond = ({ perSecond: figure }: LoadResult): number => figure
const p50 = ({ p50Ms }: LoadResult): number => p50Ms
const pointsOfBatch = 1_000
const spansOfExport = 500

export const workloads: readonly Workload[] = [
  {
    name: 'log-metric',
    title: 'log-metric, 20 clients',
    unit: 'metrics/s',
    clients: 20,
    target: 15_000,
    targetRatio: 50,
    open: (tracked) => logMetric(tracked, 20),
    figure: perSecond,
  },
  {
    name: 'log-metric-200',
    title: 'log-metric, 200 clients, no error',
    unit: 'metrics/s',
    clients: 200,
    target: 15_000,
    open: (tracked) => logMetric(tracked, 200),
    figure: perSecond,
  },
  {
    name: 'log-metric-alone',
    title: 'log-metric, a lone client, p50',
    unit: 'ms',
    better: 'lower',
    target: 0.3,
    open: (tracked) => logMetric(tracked, 1),
    figure: p50,
  },
  {
    name: 'log-batch',
    title: 'log-batch of 1,000 metrics, 4 clients',
    unit: 'points/s',
    clients: 4,
    target: 1_000_000,
    targetRatio: 70,
    open: logBatch,
    figure: (result) => result.perSecond * pointsOfBatch,
  },
  {
    name: 'create-run',
    title: 'create run, 20 clients',
    unit: 'runs/s',
    clients: 20,
    target: 3_000,
    targetRatio: 30,
    open: createRun,
    figure: perSecond,
  },
  {
    name: 'otlp',
    title: `OTLP spans in exports of ${spansOfExport}, 4 clients`,
    unit: 'spans/s',
    clients: 4,
    target: 100_000,
    open: exportSpans,
    figure: (result) => result.perSecond * spansOfExport,
  },
  search('search-newest', '1,000 newest of the seeded runs', {
    target: 13,
    body: { max_results: 1_000 },
  }),
  search('search-sorted', '100 of the seeded runs by a metric', {
    target: 5,
    body: { max_results: 100, order_by: ['metrics.loss ASC'] },
  }),
  search('search-filtered', '100 of the seeded runs by a metric and a param', {
    target: 5,
    body: { max_results: 100, filter: "metrics.acc > 0.9 and params.learner = 'lightgbm'" },
  }),
  {
    name: 'search-crowd',
    title: 'search 1,000 runs, 20 clients',
    unit: 'searches/s',
    clients: 20,
    searches: true,
    target: 100,
    open: (tracked) => searchNext(tracked, { max_results: 1_000 }),
    figure: perSecond,
  },
]

function search(
  name: string,
  what: string,
  { target, body }: { readonly target: number; readonly body: object },
): Workload {
  return {
    name,
    title: `search ${what}, a lone client, p50`,
    unit: 'ms',
    better: 'lower',
    searches: true,
    target,
    open: (tracked) => searchNext(tracked, body),
    figure: p50,
  }
}

async function searchNext({ seededExperiment }: Tracked, body: object): Promise<Next> {
  return () => post('runs/search', { experiment_ids: [seededExperiment], ...body })
}

async function logMetric({ url }: Tracked, clients: number): Promise<Next> {
  const runs = await createRuns(url, clients)
  let step = 0
  return (client) =>
    post('runs/log-metric', {
      run_id: runs[client % clients],
      key: 'loss',
      value: Math.random(),
      timestamp: Date.now(),
      step: (step += 1),
    })
}

async function logBatch({ url }: Tracked): Promise<Next> {
  const runs = await createRuns(url, 4)
  let step = 0
  return (client) => {
    step += pointsOfBatch / 10
    const timestamp = Date.now()
    const metrics = Array.from({ length: pointsOfBatch }, (_, index) => ({
      key: `metric_${index % 10}`,
      value: Math.random(),
      timestamp,
      step: step + Math.floor(index / 10),
    }))
    return post('runs/log-batch', { run_id: runs[client % 4], metrics })
  }
}

async function createRun(): Promise<Next> {
  return () =>
    post('runs/create', {
      experiment_id: '0',
      start_time: Date.now(),
      tags: [
        { key: 'mlflow.user', value: 'bench' },
        { key: 'mlflow.source.name', value: 'train.py' },
        { key: 'mlflow.source.type', value: 'LOCAL' },
      ],
    })
}

async function exportSpans({ seededExperiment }: Tracked): Promise<Next> {
  const headers = { 'x-mlflow-experiment-id': seededExperiment }
  return () => ({
    method: 'POST',
    path: '/v1/traces',
    contentType: 'application/x-protobuf',
    headers,
    body: encodeSpans(spansOfExport),
  })
}

function post(path: string, body: object): Request {
  return { method: 'POST', path: `/api/2.0/mlflow/${path}`, body: JSON.stringify(body) }
}
