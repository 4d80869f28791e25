import { query, run as exec, type Script } from '../core/index.ts'
import type { RunRow } from './run-store.ts'
import type { Dataset, KeyValue } from './types.ts'

/** A dataset is known within its experiment by name and digest; what else came first stays. */
export function* upsertDataset(experiment: number, dataset: Dataset): Script<number> {
  const [row] = yield* query<{ id: number }>(
    `insert into tracking_dataset
       (experiment, name, digest, source_type, source, schema, profile)
     values (?, ?, ?, ?, ?, ?, ?)
     on conflict (experiment, name, digest) do update set digest = excluded.digest returning id`,
    experiment,
    dataset.name,
    dataset.digest,
    dataset.sourceType,
    dataset.source,
    dataset.schema ?? null,
    dataset.profile ?? null,
  )
  if (!row) throw new Error(`Dataset ${dataset.name} was not stored`)
  return row.id
}

export function* insertRunDataset(
  run: RunRow,
  dataset: number,
  tags: readonly KeyValue[],
): Script<void> {
  yield* exec(
    'insert into tracking_run_dataset (run, dataset) values (?, ?) on conflict do nothing',
    run.id,
    dataset,
  )
  for (const tag of tags) {
    yield* exec(
      `insert into tracking_run_dataset_tag (run, dataset, name, value) values (?, ?, ?, ?)
       on conflict (run, dataset, name) do update set value = excluded.value`,
      run.id,
      dataset,
      tag.key,
      tag.value,
    )
  }
}

export interface RunModel {
  readonly direction: 'input' | 'output'
  readonly modelId: string
  readonly step: number
}

export function* insertRunModel(run: RunRow, model: RunModel): Script<void> {
  yield* exec(
    `insert into tracking_run_model (run, direction, model_id, step) values (?, ?, ?, ?)
     on conflict (run, direction, model_id) do update set step = excluded.step`,
    run.id,
    model.direction,
    model.modelId,
    model.step,
  )
}
