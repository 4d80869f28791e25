import { createHash } from 'node:crypto'
import { newHexId, readScript, runScript, type Ctx, type Script } from '../core/index.ts'
import { getExperiment } from '../tracking/index.ts'
import { getDatasetRow, listDatasetExperiments, loadDataset } from './dataset-reads.ts'
import {
  deleteDatasetExperiment,
  deleteDatasetRow,
  deleteDatasetTagRow,
  insertDataset,
  insertDatasetExperiment,
  updateDatasetRow,
  upsertDatasetTags,
} from './dataset-store.ts'
import { evaluationErrors } from './errors.ts'
import type { Dataset } from './types.ts'

const limits = { name: 255, tagKey: 255, tagValue: 5_000 } as const

/** A client says who it is in this tag. */
export const userTag = 'mlflow.user'

export interface CreateDatasetInput {
  readonly name: string
  readonly experimentIds: readonly string[]
  readonly tags: Readonly<Record<string, string>>
}

export async function createDataset(ctx: Ctx, input: CreateDatasetInput): Promise<Dataset> {
  checkName(input.name)
  checkTags(input.tags)
  const experiments = await knownExperiments(ctx, input.experimentIds)
  const now = ctx.now().getTime()
  const user = input.tags[userTag] ?? ''
  const made = {
    datasetId: `d-${newHexId()}`,
    name: input.name,
    digest: digestOf(input.name, now),
    createdAt: now,
    updatedAt: now,
    createdBy: user,
    updatedBy: user,
  }
  return runScript(ctx, function* create(): Script<Dataset> {
    const id = yield* insertDataset(made)
    yield* upsertDatasetTags(id, input.tags)
    for (const experiment of experiments) yield* insertDatasetExperiment(id, experiment)
    return yield* loadDataset(yield* getDatasetRow(made.datasetId))
  })
}

/** Eight hex digits for a dataset as it is since that time (epoch milliseconds). */
export function digestOf(name: string, updatedAt: number): string {
  return createHash('sha256').update(`${name}:${updatedAt}`).digest('hex').slice(0, 8)
}

function checkName(name: string): void {
  if (name.trim() === '') {
    throw evaluationErrors.EVALUATION_INVALID('A dataset needs a name that is more than blanks')
  }
  if (name.length > limits.name) {
    throw evaluationErrors.EVALUATION_INVALID(
      `'name' exceeds the maximum length of ${limits.name} characters`,
    )
  }
}

function checkTags(tags: Readonly<Record<string, string>>): void {
  for (const [key, value] of Object.entries(tags)) {
    if (key.length <= limits.tagKey && value.length <= limits.tagValue) continue
    throw evaluationErrors.EVALUATION_INVALID(
      `Tag '${key.slice(0, 50)}' is too long: keys have at most ${limits.tagKey} characters, values ${limits.tagValue}`,
    )
  }
}

async function knownExperiments(ctx: Ctx, ids: readonly string[]): Promise<number[]> {
  const known: number[] = []
  for (const id of new Set(ids)) known.push(Number((await getExperiment(ctx, id)).experimentId))
  return known
}

export async function getDataset(ctx: Ctx, datasetId: string): Promise<Dataset> {
  return readScript(ctx, get(datasetId))
}

function* get(datasetId: string): Script<Dataset> {
  return yield* loadDataset(yield* getDatasetRow(datasetId))
}

/** Deleting what is gone already is no error. */
export async function deleteDataset(ctx: Ctx, datasetId: string): Promise<void> {
  await runScript(ctx, () => deleteDatasetRow(datasetId))
}

export async function setDatasetTags(
  ctx: Ctx,
  datasetId: string,
  tags: Readonly<Record<string, string>>,
): Promise<Dataset> {
  checkTags(tags)
  return runScript(ctx, function* set(): Script<Dataset> {
    const row = yield* getDatasetRow(datasetId)
    yield* upsertDatasetTags(row.id, tags)
    return yield* loadDataset(row)
  })
}

/** Removing a tag that is not there is no error. */
export async function deleteDatasetTag(ctx: Ctx, datasetId: string, key: string): Promise<void> {
  await runScript(ctx, function* remove(): Script<void> {
    const { id } = yield* getDatasetRow(datasetId)
    yield* deleteDatasetTagRow(id, key)
  })
}

export async function getDatasetExperiments(
  ctx: Ctx,
  datasetId: string,
): Promise<readonly string[]> {
  return readScript(ctx, experimentIds(datasetId))
}

function* experimentIds(datasetId: string): Script<string[]> {
  const { id } = yield* getDatasetRow(datasetId)
  return (yield* listDatasetExperiments(id)).map(String)
}

export interface DatasetExperiments {
  readonly datasetId: string
  readonly experimentIds: readonly string[]
}

export async function addDatasetToExperiments(
  ctx: Ctx,
  input: DatasetExperiments,
): Promise<Dataset> {
  const experiments = await knownExperiments(ctx, input.experimentIds)
  return changeExperiments(ctx, input.datasetId, function* add(dataset): Script<void> {
    for (const experiment of experiments) yield* insertDatasetExperiment(dataset, experiment)
  })
}

/** Experiments that the dataset is not of are passed over. */
export async function removeDatasetFromExperiments(
  ctx: Ctx,
  input: DatasetExperiments,
): Promise<Dataset> {
  const experiments = input.experimentIds.map(Number).filter(Number.isInteger)
  return changeExperiments(ctx, input.datasetId, function* remove(dataset): Script<void> {
    for (const experiment of experiments) yield* deleteDatasetExperiment(dataset, experiment)
  })
}

async function changeExperiments(
  ctx: Ctx,
  datasetId: string,
  change: (dataset: number) => Script<void>,
): Promise<Dataset> {
  const now = ctx.now().getTime()
  return runScript(ctx, function* write(): Script<Dataset> {
    const { id } = yield* getDatasetRow(datasetId)
    yield* change(id)
    yield* updateDatasetRow(id, { updated_at: now })
    return yield* get(datasetId)
  })
}
