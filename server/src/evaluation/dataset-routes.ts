import type { App } from '../core/index.ts'
import { f, list, rpc } from '../tracking/index.ts'
import { searchDatasets } from './dataset-search.ts'
import {
  addDatasetToExperiments,
  createDataset,
  deleteDataset,
  deleteDatasetTag,
  getDataset,
  getDatasetExperiments,
  removeDatasetFromExperiments,
  setDatasetTags,
} from './dataset-service.ts'
import { encodeDataset, encodeRecords } from './encode.ts'
import { evaluationErrors } from './errors.ts'
import { deleteRecords, listRecords, upsertRecords } from './record-service.ts'

const all = '/mlflow/datasets'
const one = `${all}/:dataset_id`
const named = { dataset_id: f.text.required }
const ids = f.list(f.text.required).or([])

export function datasetRoutes(app: App): void {
  life(app)
  searching(app)
  tagging(app)
  experiments(app)
  records(app)
}

function life(app: App): void {
  rpc(app, {
    id: 'createDataset',
    method: 'POST',
    path: `${all}/create`,
    major: 3,
    summary: 'Makes an evaluation dataset, of any number of experiments.',
    request: { name: f.text.required, experiment_ids: ids, tags: f.text },
    handle: async (ctx, input) => {
      const { name, experiment_ids: experimentIds } = input
      const made = await createDataset(ctx, { name, experimentIds, tags: parseTags(input.tags) })
      const dataset = { ...encodeDataset(made), ...list('experiment_ids', experimentIds) }
      return { dataset }
    },
  })
  rpc(app, {
    id: 'getDataset',
    method: 'GET',
    path: one,
    major: 3,
    summary: 'An evaluation dataset without its records.',
    request: named,
    handle: async (ctx, input) => ({
      dataset: encodeDataset(await getDataset(ctx, input.dataset_id)),
    }),
  })
  rpc(app, {
    id: 'deleteDataset',
    method: 'DELETE',
    path: one,
    major: 3,
    summary: 'Deletes an evaluation dataset with its records.',
    request: named,
    handle: async (ctx, input) => {
      await deleteDataset(ctx, input.dataset_id)
      return {}
    },
  })
}

/** Tags come as the JSON text of an object; a tag without a value is left out. */
function parseTags(text: string | undefined): Record<string, string> {
  if (text === undefined || text === '') return {}
  const tags = parseObject(text)
  if (!tags) throw evaluationErrors.EVALUATION_INVALID("'tags' must be the JSON text of an object")
  const entries = Object.entries(tags).filter(([, value]) => value !== null)
  return Object.fromEntries(
    entries.map(([key, value]) => [key, typeof value === 'string' ? value : JSON.stringify(value)]),
  )
}

function parseObject(text: string): object | undefined {
  try {
    const value: unknown = JSON.parse(text)
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value)
    return isObject ? value : undefined
  } catch {
    return undefined
  }
}

function searching(app: App): void {
  for (const method of ['POST', 'GET'] as const) {
    rpc(app, {
      id: method === 'POST' ? 'searchEvaluationDatasets' : 'searchEvaluationDatasetsByGet',
      method,
      path: `${all}/search`,
      major: 3,
      summary: 'Evaluation datasets that a filter finds, page by page.',
      request: {
        experiment_ids: ids,
        filter_string: f.text,
        max_results: f.int.or(1_000),
        order_by: ids,
        page_token: f.text,
      },
      handle: async (ctx, input) => {
        const page = await searchDatasets(ctx, {
          experiments: input.experiment_ids.map(Number).filter(Number.isInteger),
          filter: input.filter_string,
          orderBy: input.order_by,
          maxResults: input.max_results,
          pageToken: input.page_token,
        })
        return {
          ...list('datasets', page.datasets.map(encodeDataset)),
          ...(page.nextPageToken === undefined ? {} : { next_page_token: page.nextPageToken }),
        }
      },
    })
  }
}

function tagging(app: App): void {
  rpc(app, {
    id: 'setDatasetTags',
    method: 'PATCH',
    path: `${one}/tags`,
    major: 3,
    summary: 'Sets tags of an evaluation dataset, given as the JSON text of an object.',
    request: { ...named, tags: f.text.required },
    handle: async (ctx, input) => {
      await setDatasetTags(ctx, input.dataset_id, parseTags(input.tags))
      return {}
    },
  })
  rpc(app, {
    id: 'deleteDatasetTag',
    method: 'DELETE',
    path: `${one}/tags/:key`,
    major: 3,
    summary: 'Removes a tag of an evaluation dataset.',
    request: { ...named, key: f.text.required },
    handle: async (ctx, input) => {
      await deleteDatasetTag(ctx, input.dataset_id, input.key)
      return {}
    },
  })
}

function experiments(app: App): void {
  rpc(app, {
    id: 'getDatasetExperimentIds',
    method: 'GET',
    path: `${one}/experiment-ids`,
    major: 3,
    summary: 'The experiments that an evaluation dataset is of.',
    request: named,
    handle: async (ctx, input) =>
      list('experiment_ids', await getDatasetExperiments(ctx, input.dataset_id)),
  })
  const changes = {
    addDatasetToExperiments: ['add-experiments', addDatasetToExperiments],
    removeDatasetFromExperiments: ['remove-experiments', removeDatasetFromExperiments],
  } as const
  for (const [id, [verb, change]] of Object.entries(changes)) {
    rpc(app, {
      id,
      method: 'POST',
      path: `${one}/${verb}`,
      major: 3,
      summary: 'Changes the experiments that an evaluation dataset is of.',
      request: { ...named, experiment_ids: ids },
      handle: async (ctx, input) => {
        const { dataset_id: datasetId, experiment_ids: experimentIds } = input
        return { dataset: encodeDataset(await change(ctx, { datasetId, experimentIds })) }
      },
    })
  }
}

function records(app: App): void {
  const path = `${one}/records`
  rpc(app, {
    id: 'upsertDatasetRecords',
    method: 'POST',
    path,
    major: 3,
    summary: 'Adds records (JSON text of a list); those with known inputs are merged.',
    request: { ...named, records: f.text.required, updated_by: f.text },
    handle: async (ctx, input) => {
      const { inserted, updated } = await upsertRecords(ctx, input.dataset_id, input.records)
      return { inserted_count: inserted, updated_count: updated }
    },
  })
  rpc(app, {
    id: 'getDatasetRecords',
    method: 'GET',
    path,
    major: 3,
    summary: 'Records of an evaluation dataset as JSON text, page by page.',
    request: { ...named, max_results: f.int.or(1_000), page_token: f.text },
    handle: async (ctx, input) => {
      const page = await listRecords(ctx, {
        datasetId: input.dataset_id,
        maxResults: input.max_results,
        pageToken: input.page_token,
      })
      return {
        records: encodeRecords(page.records),
        ...(page.nextPageToken === undefined ? {} : { next_page_token: page.nextPageToken }),
      }
    },
  })
  rpc(app, {
    id: 'deleteDatasetRecords',
    method: 'DELETE',
    path,
    major: 3,
    summary: 'Deletes named records of an evaluation dataset.',
    request: { ...named, dataset_record_ids: ids },
    handle: async (ctx, input) => ({
      deleted_count: await deleteRecords(ctx, input.dataset_id, input.dataset_record_ids),
    }),
  })
}
