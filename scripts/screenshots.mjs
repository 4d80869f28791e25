// Every page of a running server in light, dark and on a phone, as PNG files.
//   node scripts/screenshots.mjs --url http://127.0.0.1:5000 --out docs/images [--only home,run]
// It reads from the server which experiment, run, model, job and table there are.
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import chromium from '@sparticuz/chromium'
import { chromium as playwright } from 'playwright-core'

const { values } = parseArgs({
  options: {
    url: { type: 'string', default: 'http://127.0.0.1:5000' },
    out: { type: 'string', default: 'screenshots' },
    only: { type: 'string', default: '' },
    looks: { type: 'string', default: 'light,dark,phone,phone-dark' },
  },
})
const url = values.url.replace(/\/$/, '')

const looks = {
  light: { width: 1440, height: 900, colorScheme: 'light', phone: false },
  dark: { width: 1440, height: 900, colorScheme: 'dark', phone: false },
  phone: { width: 390, height: 844, colorScheme: 'light', phone: true },
  'phone-dark': { width: 390, height: 844, colorScheme: 'dark', phone: true },
}

const get = (path) => ask('GET', path)
const post = (path, body) => ask('POST', path, body)

async function ask(method, path, body) {
  const response = await fetch(url + path, {
    method,
    headers: body ? { 'content-type': 'application/json' } : {},
    body: body && JSON.stringify(body),
  })
  return response.ok ? response.json() : {}
}

/** The addresses of all pages, by name; those for which the server has nothing are left out. */
async function findPages() {
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
    webhooks: '/admin/webhooks',
    audit: '/admin/audit',
    environments: '/admin/environments',
    'not-found': '/nowhere',
  }
  const groups = [trackingPages(), registryPages(), jobPages(), dataPages()]
  return Object.assign(pages, ...(await Promise.all(groups)))
}

async function trackingPages() {
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
    'run-artifacts': `${path}?tab=artifacts&path=${await artifactOf(run.info.run_id)}`,
    compare,
    'compare-parallel': `${compare}&tab=parallel`,
    'compare-scatter': `${compare}&tab=scatter`,
  }
}

async function artifactOf(runId) {
  const { files = [] } = await get(`/api/2.0/mlflow/artifacts/list?run_id=${runId}`)
  const plain = files.filter((file) => !file.is_dir)
  return (plain.find((file) => file.path.endsWith('.ipynb')) ?? plain[0])?.path ?? ''
}

async function registryPages() {
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

async function jobPages() {
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

async function dataPages() {
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

async function shoot(browser, name, pages) {
  const look = looks[name]
  const context = await browser.newContext({
    viewport: { width: look.width, height: look.height },
    colorScheme: look.colorScheme,
    hasTouch: look.phone,
    isMobile: look.phone,
    reducedMotion: 'reduce',
    locale: 'en-US',
    deviceScaleFactor: look.phone ? 2 : 1,
  })
  const page = await context.newPage()
  const problems = []
  page.on('pageerror', (error) => problems.push(error.message))
  page.on('console', (message) => message.type() === 'error' && problems.push(message.text()))
  for (const [key, path] of pages) {
    problems.length = 0
    await page.goto(url + path, { waitUntil: 'load' })
    await page.waitForSelector('main :is(h1, h2)', { timeout: 10_000 }).catch(() => undefined)
    const loading = page.getByLabel('Loading', { exact: true })
    for (const until = Date.now() + 15_000; (await loading.count()) > 0;) {
      if (Date.now() > until) problems.push('still loading')
      if (Date.now() > until) break
      await page.waitForTimeout(50)
    }
    await page.waitForTimeout(250)
    await page.screenshot({ path: join(values.out, `${key}-${name}.png`) })
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)
    if (wide > 1) problems.push(`wider than the screen by ${wide} px`)
    console.log(`${key} ${name}${problems.length > 0 ? `\n  ${problems.join('\n  ')}` : ''}`)
  }
  await context.close()
}

const only = new Set(values.only.split(',').filter(Boolean))
const pages = Object.entries(await findPages()).filter(([key]) => only.size === 0 || only.has(key))
await mkdir(values.out, { recursive: true })
const browser = await playwright.launch({
  executablePath: await chromium.executablePath(),
  args: chromium.args.filter((flag) => flag !== '--single-process'),
})
try {
  for (const name of values.looks.split(',')) await shoot(browser, name, pages)
} finally {
  await browser.close()
}
