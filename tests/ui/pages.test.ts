import { afterAll, beforeAll, describe, test } from 'vitest'
import {
  apiOf,
  makeExperiment,
  makeJobRun,
  makeRun,
  makeVersion,
  putArtifact,
  runSql,
  sendTrace,
} from './seed.ts'
import { looks, openSite, type AccessCheck, type Look, type Site } from './site.ts'

const notebook = JSON.stringify({
  nbformat: 4,
  cells: [
    { cell_type: 'markdown', source: '# A trial\n\n| a | b |\n|---|---|\n| 1 | 2 |' },
    {
      cell_type: 'code',
      execution_count: 1,
      source: 'print("hello")',
      outputs: [{ output_type: 'stream', text: 'hello\n' }],
    },
  ],
})

let site: Site
let paths: readonly string[] = []

beforeAll(async () => {
  site = await openSite()
  paths = await seed(site.url)
})

afterAll(async () => site[Symbol.asyncDispose]())

async function seed(url: string): Promise<readonly string[]> {
  const api = apiOf(url)
  const experimentId = await makeExperiment(api, 'churn')
  const runIds: string[] = []
  for (const index of [1, 2, 3]) {
    const runId = await makeRun(api, {
      experimentId,
      name: `trial ${index}`,
      metrics: { auc: 0.8 + index / 100, log_loss: 0.5 - index / 100 },
      params: { depth: String(index), learner: index === 2 ? 'forest' : 'boosting' },
      loss: Array.from({ length: 30 }, (_, step) => 1 / (step + index)),
    })
    runIds.push(runId)
  }
  const [first = '', second = ''] = runIds
  for (const file of [
    { path: 'trial.ipynb', text: notebook },
    { path: 'rows.csv', text: 'a,b\n1,2\n' },
    { path: 'model/MLmodel', text: 'flavors: {}\n' },
  ]) {
    await putArtifact(api, { experimentId, runId: first }, file)
  }
  const version = await makeVersion(api, 'churn', first)
  const later = await makeVersion(api, 'churn', second)
  const model = { name: 'churn', version, stage: 'Production' }
  const move = { ...model, archive_existing_versions: false }
  await api.post('/api/2.0/mlflow/model-versions/transition-stage', move)
  const ask = { name: 'churn', version: later, stage: 'Production', comment: 'better by 0.01' }
  await api.post('/api/2.0/mlflow/transition-requests/create', ask)
  await runSql(api, 'CREATE TABLE main.default.customers AS SELECT 1 AS id, 2.5 AS charges')
  const { jobId, runId } = await makeJobRun(api)
  const run = `/experiments/${experimentId}/runs/${first}`
  const traceId = await sendTrace(url, experimentId)
  const compare = `/experiments/${experimentId}/compare?runs=${runIds.join(',')}`
  return [
    '/',
    '/experiments',
    `/experiments/${experimentId}`,
    run,
    `${run}?tab=metrics`,
    `${run}?tab=artifacts&path=trial.ipynb`,
    `${run}?tab=artifacts&path=rows.csv`,
    compare,
    `${compare}&tab=parallel`,
    `${compare}&tab=scatter`,
    `${compare}&tab=contour`,
    `${compare}&tab=charts`,
    `/experiments/${experimentId}?tab=traces`,
    `/experiments/${experimentId}/traces/${traceId}`,
    '/models',
    '/models/churn',
    `/models/churn/versions/${later}`,
    `/models/churn/versions/${later}?tab=why`,
    '/approvals',
    '/jobs',
    `/jobs/${jobId}`,
    `/jobs/${jobId}?tab=starts`,
    `/jobs/${jobId}?tab=forecast&days=7`,
    `/jobs/${jobId}?tab=backfills`,
    `/jobs/${jobId}?tab=settings`,
    '/jobs/runs',
    '/jobs/runs?state=failed&since=7',
    `/jobs/runs/${runId}`,
    `/jobs/runs/${runId}?view=gantt&tab=settings`,
    '/tables',
    '/tables/main.default.customers',
    '/tables/main.default.customers?tab=preview',
    '/tables/main.default.customers?tab=history',
    '/tables/main.default.customers?tab=lineage',
    '/sql?q=SELECT+*+FROM+main.default.customers',
    '/features',
    '/automl',
    '/workspace',
    '/endpoints',
    '/monitors',
    '/admin/access',
    '/admin/access?tab=tokens',
    '/admin/secrets',
    '/admin/webhooks',
    '/admin/audit',
    '/admin/environments',
    '/nowhere',
  ]
}

/** Three windows share the machine with whatever else it does. */
const patience = { timeout: 400_000 }

/** The phone shows the light theme's colours. */
const checked: Readonly<Record<string, AccessCheck>> = {
  light: 'everything',
  dark: 'contrast',
  phone: 'all but contrast',
}

const every: [string, Look, AccessCheck][] = Object.entries(looks).map(([name, look]) => [
  name,
  look,
  checked[name] ?? 'everything',
])

describe.concurrent.each(every)('every page, %s', (_name, look, what) => {
  test(
    'shows itself without an error, fits its window, and passes WCAG 2.2 AA',
    patience,
    async ({ expect }) => {
      await using view = await site.open(look)
      const found: string[] = []
      for (const path of paths) {
        await view.visit(path)
        const wide = await view.page.evaluate('document.documentElement.scrollWidth - innerWidth')
        if (Number(wide) > 0) found.push(`${path} is ${String(wide)} px wider than the window`)
        for (const violation of await view.checkAccess(what)) found.push(`${path} ${violation}`)
      }
      expect([...view.problems, ...found]).toEqual([])
    },
  )
})
