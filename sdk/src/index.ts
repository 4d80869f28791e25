import { authApi, type AuthApi } from './auth.ts'
import { automlApi, type AutomlApi } from './automl.ts'
import { gatesApi, type GatesApi } from './gates.ts'
import { openHttp, type ConnectOptions, type Http } from './http.ts'
import { jobsApi, type JobsApi } from './jobs.ts'
import { provenanceApi, type ProvenanceApi } from './provenance.ts'
import { registryApi, type RegistryApi } from './registry.ts'
import { servingApi, type ServingApi } from './serving.ts'
import { tablesApi, type TablesApi } from './tables.ts'
import { trackingApi, type TrackingApi } from './tracking.ts'
import { workspaceApi, type WorkspaceApi } from './workspace.ts'

export { hasSearchEnded, type Search, type SearchSettings, type Trial } from './automl.ts'
export {
  MillraceApiError,
  openHttp,
  ServerUnreachableError,
  type ConnectOptions,
  type Http,
} from './http.ts'
export {
  isFinished,
  type Job,
  type JobSettings,
  type Run,
  type RunState,
  type Simulation,
  type TaskRun,
} from './jobs.ts'
export type {
  Backfill,
  BackfillCadence,
  BackfillInterval,
  BackfillPage,
  BackfillPreview,
  BackfillSettings,
} from './jobs-backfill.ts'
export type { Check, Evaluation } from './gates.ts'
export type { ExplainedPrediction, Replay, Why } from './provenance.ts'
export type { TransitionRequest } from './registry.ts'
export type { GcItem, ImportedItem, KeyValue, MetricPoint } from './tracking.ts'
export type { QueryResult } from './tables.ts'
export type { Deployment } from './workspace.ts'

/** A typed client of one server, a room at a time. */
export interface Millrace {
  readonly url: string
  /** Any endpoint that has no function here yet. */
  readonly http: Http
  readonly auth: AuthApi
  readonly automl: AutomlApi
  readonly gates: GatesApi
  readonly jobs: JobsApi
  readonly provenance: ProvenanceApi
  readonly registry: RegistryApi
  readonly serving: ServingApi
  readonly tables: TablesApi
  readonly tracking: TrackingApi
  readonly workspace: WorkspaceApi
}

export function connect(options: ConnectOptions): Millrace {
  const http = openHttp(options)
  return {
    url: http.url,
    http,
    auth: authApi(http),
    automl: automlApi(http),
    gates: gatesApi(http),
    jobs: jobsApi(http),
    provenance: provenanceApi(http),
    registry: registryApi(http),
    serving: servingApi(http),
    tables: tablesApi(http),
    tracking: trackingApi(http),
    workspace: workspaceApi(http),
  }
}
