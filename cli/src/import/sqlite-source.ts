import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync, type SQLInputValue } from 'node:sqlite'
import { UsageError } from '../verb.ts'
import { proxiedPath } from './http-source.ts'
import { localTree } from './local-files.ts'
import type {
  Pair,
  Source,
  SourceExperiment,
  SourceLoggedModel,
  SourceMetric,
  SourceModel,
  SourceRun,
  SourceVersion,
} from './source.ts'

const pageSize = 500

export interface SqliteOptions {
  /** The folder that `mlflow server --artifacts-destination` names. */
  readonly artifacts: string | undefined
}

/** The database file of an MLflow server that need not run. */
export function sqliteSource(path: string, { artifacts }: SqliteOptions): Source {
  if (!existsSync(path)) throw new UsageError(`There is no file ${path}`)
  const db = new MlflowDb(path)
  return {
    name: path,
    experiments: async function* list() {
      yield* db.experiments()
    },
    runs: async function* list(experimentId) {
      yield* db.runs(Number(experimentId))
    },
    history: async function* list(runId, key) {
      yield* db.history(runId, key)
    },
    loggedModels: async function* list(experimentId) {
      yield db.loggedModels(Number(experimentId))
    },
    models: async function* list() {
      yield* db.models()
    },
    versions: async function* list(model) {
      yield* db.versions(model)
    },
    files: async (uri) => {
      if (!uri.startsWith('mlflow-artifacts:')) return localTree(uri)
      return artifacts === undefined ? undefined : localTree(join(artifacts, proxiedPath(uri)))
    },
    close: () => db.close(),
  }
}

type Row = Readonly<Record<string, string | number | null>>

const metricColumns = "key, case when is_nan then 'NaN' else value end as value, timestamp, step"

class MlflowDb {
  readonly #db: DatabaseSync
  readonly #tables: ReadonlySet<string>

  constructor(path: string) {
    this.#db = new DatabaseSync(path, { readOnly: true })
    const tables = this.#all<{ name: string }>(
      "select name from sqlite_master where type = 'table'",
    )
    this.#tables = new Set(tables.map(({ name }) => name))
    const missing = ['experiments', 'runs', 'latest_metrics', 'registered_models'].filter(
      (name) => !this.#tables.has(name),
    )
    if (missing.length > 0) {
      throw new UsageError(
        `${path} is no database of an MLflow server: it has no table ${missing.join(', ')}`,
      )
    }
  }

  close(): void {
    this.#db.close()
  }

  #all<T = Row>(sql: string, ...parameters: SQLInputValue[]): T[] {
    return this.#db.prepare(sql).all(...parameters) as T[]
  }

  #pairs(table: string, test: string, ...parameters: SQLInputValue[]): Pair[] {
    return this.#all<Pair>(`select key, value from ${table} where ${test}`, ...parameters)
  }

  *experiments(): Generator<SourceExperiment> {
    const rows = this.#all<SourceExperiment>(
      `select cast(experiment_id as text) as experiment_id, name, lifecycle_stage from experiments
       order by experiment_id`,
    )
    for (const row of rows) {
      const tags = this.#pairs('experiment_tags', 'experiment_id = ?', Number(row.experiment_id))
      yield { ...row, tags }
    }
  }

  *runs(experimentId: number): Generator<readonly SourceRun[]> {
    for (let after = 0; ;) {
      const rows = this.#all<SourceRun['info'] & { position: number }>(
        `select rowid as position, run_uuid as run_id, name as run_name, user_id, status, start_time,
           end_time, lifecycle_stage, artifact_uri
         from runs where experiment_id = ? and rowid > ? order by rowid limit ${pageSize}`,
        experimentId,
        after,
      )
      if (rows.length === 0) return
      yield rows.map((info) => this.#run(info))
      after = rows.at(-1)?.position ?? after
    }
  }

  #run(info: SourceRun['info']): SourceRun {
    const { run_id } = info
    return {
      info,
      data: {
        metrics: this.#all<SourceMetric>(
          `select ${metricColumns} from latest_metrics where run_uuid = ?`,
          run_id,
        ),
        params: this.#pairs('params', 'run_uuid = ?', run_id),
        tags: this.#pairs('tags', 'run_uuid = ?', run_id),
      },
      inputs: { dataset_inputs: this.#datasets(run_id) },
      outputs: { model_outputs: this.#outputs(run_id) },
    }
  }

  #datasets(run_id: string): object[] {
    if (!this.#tables.has('inputs')) return []
    const rows = this.#all(
      `select i.input_uuid, d.name, d.digest, d.dataset_source_type, d.dataset_source,
         d.dataset_schema, d.dataset_profile
       from inputs i join datasets d on d.dataset_uuid = i.source_id
       where i.source_type = 'DATASET' and i.destination_type = 'RUN' and i.destination_id = ?`,
      run_id,
    )
    return rows.map((row) => ({
      tags: this.#all<Pair>(
        'select name as key, value from input_tags where input_uuid = ?',
        row['input_uuid'] ?? '',
      ),
      dataset: {
        name: row['name'],
        digest: row['digest'],
        source_type: row['dataset_source_type'],
        source: row['dataset_source'],
        schema: row['dataset_schema'],
        profile: row['dataset_profile'],
      },
    }))
  }

  #outputs(run_id: string): { model_id: string; step: number }[] {
    if (!this.#tables.has('logged_models')) return []
    return this.#all(
      `select destination_id as model_id, step from inputs
       where source_type = 'RUN_OUTPUT' and destination_type = 'MODEL_OUTPUT' and source_id = ?`,
      run_id,
    )
  }

  *history(runId: string, key: string): Generator<readonly SourceMetric[]> {
    const statement = this.#db.prepare(
      `select ${metricColumns} from metrics where run_uuid = ? and key = ?
       order by timestamp, step, value`,
    )
    let page: SourceMetric[] = []
    for (const point of statement.iterate(runId, key)) {
      page.push(point as unknown as SourceMetric)
      if (page.length < 10_000) continue
      yield page
      page = []
    }
    yield page
  }

  loggedModels(experimentId: number): SourceLoggedModel[] {
    if (!this.#tables.has('logged_models')) return []
    const rows = this.#all(
      `select model_id, name, model_type, source_run_id, status, creation_timestamp_ms,
         artifact_location from logged_models
       where experiment_id = ? and lifecycle_stage = 'active' order by creation_timestamp_ms`,
      experimentId,
    )
    return rows.map((row) => {
      const id = String(row['model_id'])
      const tags = this.#all<Pair>(
        'select tag_key as key, tag_value as value from logged_model_tags where model_id = ?',
        id,
      )
      return {
        info: {
          model_id: id,
          name: String(row['name']),
          model_type: String(row['model_type'] ?? ''),
          source_run_id: String(row['source_run_id'] ?? ''),
          status: modelStatuses[Number(row['status'])] ?? 'LOGGED_MODEL_READY',
          creation_timestamp_ms: Number(row['creation_timestamp_ms']),
          artifact_uri: String(row['artifact_location']),
          tags,
        },
        data: {
          params: this.#all<Pair>(
            `select param_key as key, param_value as value from logged_model_params
             where model_id = ?`,
            id,
          ),
          metrics: this.#modelMetrics(id),
        },
      }
    })
  }

  #modelMetrics(id: string): NonNullable<NonNullable<SourceLoggedModel['data']>['metrics']> {
    return this.#all(
      `select metric_name as key, metric_value as value, metric_timestamp_ms as timestamp,
         metric_step as step, run_id, coalesce(dataset_name, '') as dataset_name,
         coalesce(dataset_digest, '') as dataset_digest
       from logged_model_metrics where model_id = ?`,
      id,
    )
  }

  *models(): Generator<SourceModel> {
    const rows = this.#all<SourceModel>(
      'select name, description, creation_time as creation_timestamp from registered_models',
    )
    for (const row of rows) {
      const aliases = this.#all<{ alias: string; version: string }>(
        `select alias, cast(version as text) as version from registered_model_aliases where name = ?`,
        row.name,
      )
      yield { ...row, tags: this.#pairs('registered_model_tags', 'name = ?', row.name), aliases }
    }
  }

  *versions(model: string): Generator<SourceVersion> {
    const rows = this.#all<SourceVersion>(
      `select cast(version as text) as version, source, run_id, run_link, current_stage, description,
         user_id, creation_time as creation_timestamp, last_updated_time as last_updated_timestamp
       from model_versions where name = ? and current_stage <> 'Deleted_Internal'`,
      model,
    )
    for (const row of rows) {
      const tags = this.#pairs(
        'model_version_tags',
        'name = ? and version = ?',
        model,
        Number(row.version),
      )
      yield { ...row, tags }
    }
  }
}

/** As MLflow numbers them. */
const modelStatuses: Readonly<Record<number, string>> = {
  0: 'LOGGED_MODEL_STATUS_UNSPECIFIED',
  1: 'LOGGED_MODEL_PENDING',
  2: 'LOGGED_MODEL_READY',
  3: 'LOGGED_MODEL_UPLOAD_FAILED',
}
