import { query, run as exec, type Ctx, type Script } from '../core/index.ts'
import type { GcCandidate } from './gc-needs.ts'

export interface DeletedRow extends GcCandidate {
  readonly number: number
  readonly deletedAt: number
}

const selects = {
  run: `select id as number, run_id as id, artifact_uri as "artifactUri",
      coalesce(deleted_at, 0) as "deletedAt" from tracking_run`,
  logged_model: `select id as number, model_id as id, artifact_uri as "artifactUri",
      updated_at as "deletedAt" from tracking_logged_model`,
  experiment: `select id as number, id as id, artifact_location as "artifactUri",
      updated_at as "deletedAt" from tracking_experiment`,
} as const

/** Everything of a kind in state deleted, in the order of its numbers; `after` the last one seen. */
export function* listDeleted(
  kind: GcCandidate['kind'],
  { after, limit }: { readonly after: number; readonly limit: number },
): Script<readonly DeletedRow[]> {
  const rows = yield* query<Omit<DeletedRow, 'kind'>>(
    `${selects[kind]} where lifecycle_stage = 'deleted' and id > ? order by number limit ?`,
    after,
    limit,
  )
  return rows.map((row) => ({ ...row, id: String(row.id), kind }))
}

/** Whether it is deleted still: it may have been restored since it was listed. */
export function* isStillDeleted(row: DeletedRow): Script<boolean> {
  const rows = yield* query(
    `${selects[row.kind]} where lifecycle_stage = 'deleted' and id = ?`,
    row.number,
  )
  return rows.length > 0
}

/** Whether a run or a logged model is in the experiment, whatever its state. */
export function* isInUse(experiment: number): Script<boolean> {
  const rows = yield* query(
    `select 1 from tracking_run where experiment = ? union all
     select 1 from tracking_logged_model where experiment = ? limit 1`,
    experiment,
    experiment,
  )
  return rows.length > 0
}

const runTables = [
  'latest_metric',
  'param',
  'tag',
  'run_snapshot',
  'run_dataset_tag',
  'run_dataset',
  'run_model',
]

export function* purgeRow(ctx: Ctx, row: DeletedRow): Script<void> {
  if (row.kind === 'run') return yield* purgeRun(ctx, row)
  if (row.kind === 'logged_model') return yield* purgeModel(row)
  return yield* purgeExperiment(row)
}

function* purgeRun(ctx: Ctx, { number, id }: DeletedRow): Script<void> {
  const metrics = ctx.database.dialect === 'sqlite' ? ['metric_log', 'metric_chunk'] : ['metric']
  for (const name of [...metrics, ...runTables]) {
    yield* exec(`delete from tracking_${name} where run = ?`, number)
  }
  yield* exec('delete from tracking_trace_run where run_id = ?', id)
  yield* exec('delete from tracking_run where id = ?', number)
}

function* purgeModel({ number, id }: DeletedRow): Script<void> {
  for (const name of ['param', 'tag', 'metric']) {
    yield* exec(`delete from tracking_logged_model_${name} where model = ?`, number)
  }
  yield* exec('delete from tracking_run_model where model_id = ?', id)
  yield* exec('delete from tracking_logged_model where id = ?', number)
}

function* purgeExperiment({ number }: DeletedRow): Script<void> {
  const traces = 'select id from tracking_trace where experiment = ?'
  for (const name of ['trace_pair', 'span_pack', 'trace_run', 'assessment']) {
    yield* exec(`delete from tracking_${name} where trace in (${traces})`, number)
  }
  for (const name of ['trace', 'dataset', 'experiment_tag']) {
    yield* exec(`delete from tracking_${name} where experiment = ?`, number)
  }
  yield* exec('delete from tracking_experiment where id = ?', number)
}

/** Notes a folder of the artifact store that nothing names any more. */
export function* insertLeftover(path: string, now: number): Script<void> {
  yield* exec(
    `insert into tracking_leftover (path, created_at) values (?, ?) on conflict (path) do nothing`,
    path,
    now,
  )
}

export function* listLeftovers(limit: number): Script<readonly { readonly path: string }[]> {
  return yield* query<{ path: string }>(
    'select path from tracking_leftover order by path limit ?',
    limit,
  )
}

export function* deleteLeftover(path: string): Script<void> {
  yield* exec('delete from tracking_leftover where path = ?', path)
}
