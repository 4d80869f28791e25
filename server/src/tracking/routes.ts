import type { App, RoutePlugin } from '../core/index.ts'
import { artifactDirectRoutes } from './artifact-direct-routes.ts'
import { artifactProxyRoutes, artifactRoutes } from './artifact-routes.ts'
import { experimentRoutes } from './experiment-routes.ts'
import { gcRoutes } from './gc-routes.ts'
import { importRoutes } from './import-routes.ts'
import { inputRoutes } from './input-routes.ts'
import { logRoutes } from './log-routes.ts'
import { loggedModelRoutes } from './logged-model-routes.ts'
import { metricRoutes } from './metric-routes.ts'
import { otlpRoutes } from './otlp-routes.ts'
import { runGroupRoutes } from './run-group-routes.ts'
import { runRoutes } from './run-routes.ts'
import { serverRoutes } from './server-routes.ts'
import { traceAnalysisRoutes } from './trace-analysis-routes.ts'
import { traceRoutes } from './trace-routes.ts'
import { traceV2Routes } from './trace-v2-routes.ts'
import { logLazily } from './wire/lazy-log.ts'
import { acceptMlflowJson } from './wire/rpc.ts'

/** Every route of the room. */
export const trackingRoutes: RoutePlugin = async (app) => {
  await app.register(async (inner) => artifactProxyRoutes(inner as unknown as App))
  await app.register(async (inner) => otlpRoutes(inner as unknown as App))
  await app.register(async (inner) => ownRoutes(inner as unknown as App))
  acceptMlflowJson(app)
  logLazily(app)
  serverRoutes(app)
  experimentRoutes(app)
  runRoutes(app)
  logRoutes(app)
  inputRoutes(app)
  metricRoutes(app)
  loggedModelRoutes(app)
  artifactRoutes(app)
  artifactDirectRoutes(app)
  traceRoutes(app)
  traceV2Routes(app)
  traceAnalysisRoutes(app)
}

/** Not MLflow's: a body that is no JSON is refused here, and not taken for an empty one. */
function ownRoutes(app: App): void {
  runGroupRoutes(app)
  importRoutes(app)
  gcRoutes(app)
}
