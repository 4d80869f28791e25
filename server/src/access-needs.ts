import type { Permission, Resource } from './auth/index.ts'
import type { Judged } from './evaluation/index.ts'
import type { JobLevel, JobSubject } from './jobs/index.ts'
import type { Belonging } from './tracking/index.ts'

/** A request, as far as rights depend on it. */
export interface Call {
  readonly method: string
  /** The route's, without `/api/2.0` and `/ajax-api/2.0`: `mlflow/logged-models/:model_id`. */
  readonly path: string
  /** What the route's variable parts are. */
  readonly params: Readonly<Record<string, string>>
  /** Path, query and body; a field that comes in two of them counts twice. */
  readonly inputs: readonly unknown[]
  /** Of spans that come through OpenTelemetry. */
  readonly experimentHeader: string | undefined
}

/** One condition of a call; a call is allowed when all of its needs are met. */
export type Need =
  | { readonly kind: 'admin' }
  /** The named user or an admin. */
  | { readonly kind: 'self'; readonly user: string }
  | { readonly kind: 'on'; readonly resource: Resource; readonly level: Permission }
  | JobNeed
  /** On the experiment that something belongs to; met when there is no such thing. */
  | { readonly kind: 'belongs'; readonly what: Belonging; readonly level: Permission }
  /** To read: on any experiment that it is of; else on all. Of none, it is the workspace's. */
  | { readonly kind: 'judged'; readonly what: Judged; readonly level: Permission }

/** A level on a job, or on the job of a run or of a backfill. */
export interface JobNeed {
  readonly kind: 'job'
  readonly subject: JobSubject
  readonly level: JobLevel
  /** Where there is no such thing. */
  readonly otherwise: Need
}
