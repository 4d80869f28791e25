// The addresses of a running server's pages: it is asked which experiment, run, model and job it has.

function asker(url) {
  const ask = async (method, path, body) => {
    const response = await fetch(url + path, {
      method,
      headers: body ? { 'content-type': 'application/json' } : {},
      body: body && JSON.stringify(body),
    })
    return response.ok ? response.json() : {}
  }
  return { get: (path) => ask('GET', path), post: (path, body) => ask('POST', path, body) }
}

/** The addresses of all pages, by name; those for which the server has nothing are left out. */
export async function findPages(url) {
  const api = asker(url)
  const pages = {
    home: '/',
    experiments: '/experiments',
    models: '/models',
    approvals: '/approvals',
    jobs: '/jobs',
    'job-runs': '/jobs/runs',
    tables: '/tables',
    features: '/features',
    sql: '/sql',
    automl: '/automl',
    workspace: '/workspace',
    endpoints: '/endpoints',
    monitors: '/monitors',
    access: '/admin/access',
    secrets: '/admin/secrets',
    webhooks: '/admin/webhooks',
    audit: '/admin/audit',
    environments: '/admin/environments',
    'not-found': '/nowhere',
  }
  const groups = [trackingPages(api), registryPages(api), jobPages(api), dataPages(api)]
  return Object.assign(pages, ...(await Promise.all(groups)))
}

async function trackingPages({ get, post }) {
  const found = await post('/api/2.0/mlflow/experiments/search', { max_results: 20 })
  const ids = (found.experiments ?? []).map((one) => one.experiment_id)
  const groups = await Promise.all(
    ids.map(async (id) => {
      const body = {
        experiment_ids: [id],
        max_results: 30,
        order_by: ['attributes.start_time DESC'],
      }
      const { runs = [] } = await post('/api/2.0/mlflow/runs/search', body)
      return { id, runs }
    }),
  )
  const [fullest] = groups.toSorted((a, b) => b.runs.length - a.runs.length)
  const runs = fullest?.runs ?? []
  const run = runs.find((one) => one.info.status === 'FINISHED') ?? runs[0]
  if (run === undefined) return {}
  const { id } = fullest
  const path = `/experiments/${id}/runs/${run.info.run_id}`
  const some = runs.slice(0, 5).map((one) => one.info.run_id)
  const compare = `/experiments/${id}/compare?runs=${some.join(',')}`
  return {
    experiment: `/experiments/${id}`,
    run: path,
    'run-charts': `${path}?tab=metrics`,
    'run-artifacts': `${path}?tab=artifacts&path=${await artifactOf(get, run.info.run_id)}`,
    compare,
    'compare-parallel': `${compare}&tab=parallel`,
    'compare-scatter': `${compare}&tab=scatter`,
  }
}

async function artifactOf(get, runId) {
  const { files = [] } = await get(`/api/2.0/mlflow/artifacts/list?run_id=${runId}`)
  const plain = files.filter((file) => !file.is_dir)
  return (plain.find((file) => file.path.endsWith('.ipynb')) ?? plain[0])?.path ?? ''
}

async function registryPages({ get }) {
  const { requests = [] } = await get('/api/millrace/1.0/registry/requests?open=true')
  const { model_versions: versions = [] } = await get(
    '/api/2.0/mlflow/model-versions/search?max_results=100&order_by=last_updated_timestamp%20DESC',
  )
  const shown =
    requests[0] ?? versions.find((one) => one.current_stage === 'Production') ?? versions[0]
  if (shown === undefined) return {}
  const model = `/models/${encodeURIComponent(shown.name)}`
  const version = `${model}/versions/${shown.version}`
  return { model, version, 'version-why': `${version}?tab=why` }
}

async function jobPages({ get }) {
  const { jobs = [] } = await get('/api/2.2/jobs/list?limit=20')
  const { runs = [] } = await get('/api/2.2/jobs/runs/list?limit=20&expand_tasks=true')
  const job = jobs.find((one) => one.settings?.schedule) ?? jobs[0]
  const run = runs.toSorted((a, b) => (b.tasks?.length ?? 0) - (a.tasks?.length ?? 0))[0]
  const failed = runs.find((one) => one.state?.result_state === 'FAILED')
  return {
    ...(job && { job: `/jobs/${job.job_id}` }),
    ...(run && { 'job-run': `/jobs/runs/${run.run_id}` }),
    ...(run && { 'job-run-gantt': `/jobs/runs/${run.run_id}?view=gantt` }),
    ...(failed && { 'job-run-failed': `/jobs/runs/${failed.run_id}` }),
  }
}

async function dataPages({ get }) {
  const root = '/api/millrace/1.0'
  const [tables, searches, endpoints, monitors] = await Promise.all([
    get(`${root}/tables`),
    get(`${root}/automl/searches`),
    get('/api/2.0/serving-endpoints'),
    get(`${root}/monitors`),
  ])
  const table = tables.tables?.find((one) => one.name.includes('customers')) ?? tables.tables?.[0]
  const search = searches.searches?.[0]
  const endpoint = endpoints.endpoints?.[0]
  const monitor = monitors.monitors?.[0]
  return {
    ...(table && {
      table: `/tables/${table.name}`,
      'table-preview': `/tables/${table.name}?tab=preview`,
    }),
    ...(search && { search: `/automl/${search.search_id}` }),
    ...(endpoint && { endpoint: `/endpoints/${endpoint.name}` }),
    ...(monitor && { monitor: `/monitors/${monitor.name}` }),
  }
}
