import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
} from '@tanstack/react-router'
import { NotFound, RouteError, RoutePending } from './route-states.tsx'
import { parseSearch, stringifySearch, textSearch } from './search.ts'
import { Shell } from './shell.tsx'

const root = createRootRoute({ component: Shell, notFoundComponent: NotFound })
const getParentRoute = () => root

const home = createRoute({
  getParentRoute,
  path: '/',
  component: lazyRouteComponent(() => import('../home/home-page.tsx'), 'HomePage'),
})

const experiments = createRoute({
  getParentRoute,
  path: '/experiments',
  validateSearch: textSearch('q', 'sort', 'view'),
  component: lazyRouteComponent(
    () => import('../tracking/experiments-page.tsx'),
    'ExperimentsPage',
  ),
})

const experiment = createRoute({
  getParentRoute,
  path: '/experiments/$experimentId',
  validateSearch: textSearch('q', 'sort', 'columns', 'selected', 'view', 'group', 'open', 'tab'),
  component: lazyRouteComponent(() => import('../tracking/experiment-page.tsx'), 'ExperimentPage'),
})

const compare = createRoute({
  getParentRoute,
  path: '/experiments/$experimentId/compare',
  validateSearch: textSearch(
    'runs',
    'tab',
    'x',
    'y',
    'z',
    'axes',
    'all',
    'base',
    'by',
    'smooth',
    'log',
    'metric',
  ),
  component: lazyRouteComponent(() => import('../tracking/compare-page.tsx'), 'ComparePage'),
})

const run = createRoute({
  getParentRoute,
  path: '/experiments/$experimentId/runs/$runId',
  validateSearch: textSearch('tab', 'path', 'metric', 'by', 'smooth', 'log'),
  component: lazyRouteComponent(() => import('../tracking/run-page.tsx'), 'RunPage'),
})

const trace = createRoute({
  getParentRoute,
  path: '/experiments/$experimentId/traces/$traceId',
  validateSearch: textSearch('span'),
  component: lazyRouteComponent(() => import('../tracking/trace-page.tsx'), 'TracePage'),
})

const models = createRoute({
  getParentRoute,
  path: '/models',
  validateSearch: textSearch('q', 'sort'),
  component: lazyRouteComponent(() => import('../registry/models-page.tsx'), 'ModelsPage'),
})

const model = createRoute({
  getParentRoute,
  path: '/models/$name',
  validateSearch: textSearch('tab', 'sort'),
  component: lazyRouteComponent(() => import('../registry/model-page.tsx'), 'ModelPage'),
})

const version = createRoute({
  getParentRoute,
  path: '/models/$name/versions/$version',
  validateSearch: textSearch('tab'),
  component: lazyRouteComponent(() => import('../registry/version-page.tsx'), 'VersionPage'),
})

const approvals = createRoute({
  getParentRoute,
  path: '/approvals',
  component: lazyRouteComponent(() => import('../registry/approvals-page.tsx'), 'ApprovalsPage'),
})

const jobs = createRoute({
  getParentRoute,
  path: '/jobs',
  validateSearch: textSearch('q', 'sort', 'show'),
  component: lazyRouteComponent(() => import('../jobs/jobs-page.tsx'), 'JobsPage'),
})

const jobRuns = createRoute({
  getParentRoute,
  path: '/jobs/runs',
  validateSearch: textSearch('view', 'state', 'job', 'trigger', 'since', 'page'),
  component: lazyRouteComponent(() => import('../jobs/job-runs-page.tsx'), 'JobRunsPage'),
})

const jobRun = createRoute({
  getParentRoute,
  path: '/jobs/runs/$runId',
  validateSearch: textSearch('task', 'attempt', 'iteration', 'tab', 'view'),
  component: lazyRouteComponent(() => import('../jobs/job-run-page.tsx'), 'JobRunPage'),
})

const backfill = createRoute({
  getParentRoute,
  path: '/jobs/backfills/$backfillId',
  validateSearch: textSearch('state', 'page'),
  component: lazyRouteComponent(() => import('../jobs/backfill-page.tsx'), 'BackfillPage'),
})

const job = createRoute({
  getParentRoute,
  path: '/jobs/$jobId',
  validateSearch: textSearch('tab', 'days', 'from', 'at', 'revision'),
  component: lazyRouteComponent(() => import('../jobs/job-page.tsx'), 'JobPage'),
})

const tables = createRoute({
  getParentRoute,
  path: '/tables',
  validateSearch: textSearch('q', 'sort'),
  component: lazyRouteComponent(() => import('../tables/tables-page.tsx'), 'TablesPage'),
})

const table = createRoute({
  getParentRoute,
  path: '/tables/$name',
  validateSearch: textSearch('tab', 'version'),
  component: lazyRouteComponent(() => import('../tables/table-page.tsx'), 'TablePage'),
})

const sqlPage = createRoute({
  getParentRoute,
  path: '/sql',
  validateSearch: textSearch('q'),
  component: lazyRouteComponent(() => import('../tables/sql-page.tsx'), 'SqlPage'),
})

const features = createRoute({
  getParentRoute,
  path: '/features',
  validateSearch: textSearch('q'),
  component: lazyRouteComponent(() => import('../features/features-page.tsx'), 'FeaturesPage'),
})

const workspace = createRoute({
  getParentRoute,
  path: '/workspace',
  validateSearch: textSearch('path'),
  component: lazyRouteComponent(() => import('../workspace/workspace-page.tsx'), 'WorkspacePage'),
})

const searches = createRoute({
  getParentRoute,
  path: '/automl',
  validateSearch: textSearch('q'),
  component: lazyRouteComponent(() => import('../automl/searches-page.tsx'), 'SearchesPage'),
})

const automlSearch = createRoute({
  getParentRoute,
  path: '/automl/$searchId',
  validateSearch: textSearch('sort'),
  component: lazyRouteComponent(() => import('../automl/search-page.tsx'), 'SearchPage'),
})

const endpoints = createRoute({
  getParentRoute,
  path: '/endpoints',
  validateSearch: textSearch('q'),
  component: lazyRouteComponent(() => import('../serving/endpoints-page.tsx'), 'EndpointsPage'),
})

const endpoint = createRoute({
  getParentRoute,
  path: '/endpoints/$name',
  validateSearch: textSearch('tab'),
  component: lazyRouteComponent(() => import('../serving/endpoint-page.tsx'), 'EndpointPage'),
})

const webhooks = createRoute({
  getParentRoute,
  path: '/admin/webhooks',
  validateSearch: textSearch('id'),
  component: lazyRouteComponent(() => import('../webhooks/webhooks-page.tsx'), 'WebhooksPage'),
})

const audit = createRoute({
  getParentRoute,
  path: '/admin/audit',
  validateSearch: textSearch('q', 'link'),
  component: lazyRouteComponent(() => import('../auth/audit-page.tsx'), 'AuditPage'),
})

const access = createRoute({
  getParentRoute,
  path: '/admin/access',
  validateSearch: textSearch('tab', 'user', 'role'),
  component: lazyRouteComponent(() => import('../auth/access-page.tsx'), 'AccessPage'),
})

const secrets = createRoute({
  getParentRoute,
  path: '/admin/secrets',
  validateSearch: textSearch('scope'),
  component: lazyRouteComponent(() => import('../auth/secrets-page.tsx'), 'SecretsPage'),
})

const environments = createRoute({
  getParentRoute,
  path: '/admin/environments',
  validateSearch: textSearch('hash'),
  component: lazyRouteComponent(
    () => import('../compute/environments-page.tsx'),
    'EnvironmentsPage',
  ),
})

const monitors = createRoute({
  getParentRoute,
  path: '/monitors',
  validateSearch: textSearch('q'),
  component: lazyRouteComponent(() => import('../monitoring/monitors-page.tsx'), 'MonitorsPage'),
})

const monitor = createRoute({
  getParentRoute,
  path: '/monitors/$name',
  validateSearch: textSearch('tab', 'metric', 'slices'),
  component: lazyRouteComponent(() => import('../monitoring/monitor-page.tsx'), 'MonitorPage'),
})

/** A run by its id alone, as lineage knows it. */
const findRun = createRoute({
  getParentRoute,
  path: '/find/run/$runId',
  component: lazyRouteComponent(() => import('../tracking/find-run-page.tsx'), 'FindRunPage'),
})

const routeTree = root.addChildren([
  home,
  experiments,
  experiment,
  compare,
  run,
  trace,
  models,
  model,
  version,
  approvals,
  jobs,
  jobRuns,
  jobRun,
  backfill,
  job,
  tables,
  table,
  sqlPage,
  features,
  workspace,
  searches,
  automlSearch,
  endpoints,
  endpoint,
  access,
  secrets,
  webhooks,
  audit,
  environments,
  monitors,
  monitor,
  findRun,
])

export const router = createRouter({
  routeTree,
  parseSearch,
  stringifySearch,
  defaultPreload: 'intent',
  defaultPendingComponent: RoutePending,
  defaultErrorComponent: RouteError,
  scrollRestoration: true,
  scrollRestorationBehavior: 'instant',
})

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router
  }
}
