import type { App } from '../core/index.ts'
import { listDatasets, logInputs, logOutputs } from './input-service.ts'
import { list } from './wire/encode.ts'
import { f } from './wire/fields.ts'
import { rpc } from './wire/rpc.ts'
import { datasetInput } from './wire/shapes.ts'

/** What runs read and made. */
export function inputRoutes(app: App): void {
  rpc(app, {
    id: 'searchDatasets',
    method: 'POST',
    path: '/mlflow/experiments/search-datasets',
    summary: 'The datasets that runs of experiments read, and in which context.',
    request: { experiment_ids: f.list(f.text.required).or([]) },
    handle: async (ctx, input) => {
      const found = await listDatasets(ctx, input.experiment_ids)
      return list('dataset_summaries', found)
    },
  })
  rpc(app, {
    id: 'logInputs',
    method: 'POST',
    path: '/mlflow/runs/log-inputs',
    summary: 'Records the datasets and models that a run read.',
    request: {
      run_id: f.runId.required,
      datasets: f.list(f.message(datasetInput).required).or([]),
      models: f.list(f.message({ model_id: f.text.required }).required).or([]),
    },
    handle: async (ctx, input) => {
      await logInputs(ctx, {
        runId: input.run_id,
        models: input.models.map((model) => model.model_id),
        datasets: input.datasets.map(({ dataset, tags }) => ({
          tags,
          dataset: {
            name: dataset.name,
            digest: dataset.digest,
            sourceType: dataset.source_type,
            source: dataset.source,
            schema: dataset.schema,
            profile: dataset.profile,
          },
        })),
      })
      return {}
    },
  })
  rpc(app, {
    id: 'logOutputs',
    method: 'POST',
    path: '/mlflow/runs/outputs',
    summary: 'Records the models that a run made.',
    request: {
      run_id: f.runId.required,
      models: f.list(f.message({ model_id: f.text.required, step: f.int.or(0) }).required).required,
    },
    handle: async (ctx, input) => {
      await logOutputs(ctx, {
        runId: input.run_id,
        models: input.models.map((model) => ({ modelId: model.model_id, step: model.step })),
      })
      return {}
    },
  })
}
