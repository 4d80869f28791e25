import { query, run as exec, type Script } from '../core/index.ts'
import { findKey, type Keys } from './keys.ts'
import { LifecycleStage, type KeyValue, type RunInfo, type RunStatus } from './types.ts'

/** The run's row as the writing scripts need it. */
export interface RunRow {
  readonly id: number
  readonly run_id: string
  readonly experiment: number
  readonly name: string
  readonly user_id: string
  readonly status: RunStatus
  readonly started_at: number
  readonly ended_at: number | null
  readonly lifecycle_stage: LifecycleStage
  readonly artifact_uri: string
}

/** As much of a run as its metrics, params and tags are written with. */
export type RunKey = Pick<RunRow, 'id' | 'run_id' | 'experiment'>

export const runColumns =
  'id, run_id, experiment, name, user_id, status, started_at, ended_at, lifecycle_stage, artifact_uri'

export function* findRunRow(runId: string): Script<RunRow | undefined> {
  const [row] = yield* query<RunRow>(
    `select ${runColumns} from tracking_run where run_id = ?`,
    runId,
  )
  return row
}

export function* findRunKey(
  runId: string,
): Script<(RunKey & Pick<RunRow, 'lifecycle_stage'> & { has_snapshot: unknown }) | undefined> {
  const [row] = yield* query<RunRow & { has_snapshot: unknown }>(
    `select id, run_id, experiment, lifecycle_stage,
       exists (select 1 from tracking_run_snapshot s where s.run = r.id) as has_snapshot
     from tracking_run r where run_id = ?`,
    runId,
  )
  return row
}

export function* insertRun(info: RunInfo): Script<RunRow> {
  const [row] = yield* query<RunRow>(
    `insert into tracking_run
       (run_id, experiment, name, user_id, status, started_at, ended_at, lifecycle_stage, artifact_uri)
     values (?, ?, ?, ?, ?, ?, ?, ?, ?) returning ${runColumns}`,
    info.runId,
    Number(info.experimentId),
    info.name,
    info.userId,
    info.status,
    info.startedAt,
    info.endedAt ?? null,
    info.lifecycleStage,
    info.artifactUri,
  )
  if (!row) throw new Error(`Run ${info.runId} was not stored`)
  return row
}

export interface RunChanges {
  readonly status?: RunStatus | undefined
  readonly endedAt?: number | undefined
  readonly name?: string | undefined
}

export function* updateRunRow(run: RunRow, changes: RunChanges): Script<RunRow> {
  const next = {
    ...run,
    status: changes.status ?? run.status,
    ended_at: changes.endedAt ?? run.ended_at,
    name: changes.name ?? run.name,
  }
  yield* exec(
    'update tracking_run set status = ?, ended_at = ?, name = ? where id = ?',
    next.status,
    next.ended_at,
    next.name,
    run.id,
  )
  return next
}

export function* setRunStage(id: number, stage: LifecycleStage, now: number): Script<void> {
  yield* exec(
    'update tracking_run set lifecycle_stage = ?, deleted_at = ? where id = ?',
    stage,
    stage === LifecycleStage.Deleted ? now : null,
    id,
  )
  yield* dropSnapshot(id)
}

/** Deletes or restores every run of an experiment with it. */
export function* setStageOfRuns(change: {
  readonly experiment: number
  readonly stage: LifecycleStage
  readonly now: number
}): Script<void> {
  yield* exec(
    'update tracking_run set lifecycle_stage = ?, deleted_at = ? where experiment = ? and lifecycle_stage <> ?',
    change.stage,
    change.stage === LifecycleStage.Deleted ? change.now : null,
    change.experiment,
    change.stage,
  )
  yield* exec(
    'delete from tracking_run_snapshot where run in (select id from tracking_run where experiment = ?)',
    change.experiment,
  )
}

/** What a search would answer of the run is no longer so. */
export function* dropSnapshot(id: number): Script<void> {
  yield* exec('delete from tracking_run_snapshot where run = ?', id)
}

export function* upsertTag(keys: Keys, run: RunKey, tag: KeyValue): Script<void> {
  yield* exec(
    `insert into tracking_tag (run, key, experiment, value) values (?, ?, ?, ?)
     on conflict (run, key) do update set value = excluded.value`,
    run.id,
    yield* keys.number(tag.key),
    run.experiment,
    tag.value,
  )
}

export function* findTag(run: RunRow, key: string): Script<string | undefined> {
  const [row] = yield* query<{ value: string }>(
    `select t.value from tracking_tag t join tracking_key k on k.id = t.key
     where k.name = ? and t.run = ?`,
    key,
    run.id,
  )
  return row?.value
}

/** Whether there was such a tag. */
export function* deleteTagRow(run: RunRow, key: string): Script<boolean> {
  const number = yield* findKey(key)
  if (number === undefined) return false
  const gone = yield* query(
    'delete from tracking_tag where run = ? and key = ? returning key',
    run.id,
    number,
  )
  return gone.length > 0
}

/** Inserts a param, or answers the value that it already has. */
export function* insertParam(keys: Keys, run: RunKey, param: KeyValue): Script<string | undefined> {
  const key = yield* keys.number(param.key)
  const inserted = yield* query(
    `insert into tracking_param (run, key, experiment, value) values (?, ?, ?, ?)
     on conflict (run, key) do nothing returning key`,
    run.id,
    key,
    run.experiment,
    param.value,
  )
  if (inserted.length > 0) return undefined
  const [existing] = yield* query<{ value: string }>(
    'select value from tracking_param where run = ? and key = ?',
    run.id,
    key,
  )
  return existing?.value
}

export function toRunInfo(row: RunRow): RunInfo {
  return {
    runId: row.run_id,
    experimentId: String(row.experiment),
    name: row.name,
    userId: row.user_id,
    status: row.status,
    startedAt: row.started_at,
    endedAt: row.ended_at ?? undefined,
    lifecycleStage: row.lifecycle_stage,
    artifactUri: row.artifact_uri,
  }
}
