import type { App } from '../core/index.ts'
import { logBatch, logMetric, logModelHistory, logParam } from './log-service.ts'
import { f } from './wire/fields.ts'
import { metricList, toNewMetric } from './wire/metric-list.ts'
import { rpc } from './wire/rpc.ts'
import { keyValue, metric } from './wire/shapes.ts'

export function logRoutes(app: App): void {
  rpc(app, {
    id: 'logMetric',
    method: 'POST',
    path: '/mlflow/runs/log-metric',
    summary: 'Logs one metric value; answered once it is durable.',
    request: { run_id: f.runId.required, ...metric },
    handle: async (ctx, input) => {
      await logMetric(ctx, input.run_id, toNewMetric(input))
      return '{}'
    },
  })
  rpc(app, {
    id: 'logParam',
    method: 'POST',
    path: '/mlflow/runs/log-parameter',
    summary: 'Logs a param; its value can not be changed afterwards.',
    request: { run_id: f.runId.required, key: f.text.required, value: f.text.or('') },
    handle: async (ctx, input) => {
      await logParam(ctx, input.run_id, { key: input.key, value: input.value })
      return '{}'
    },
  })
  rpc(app, {
    id: 'logBatch',
    method: 'POST',
    path: '/mlflow/runs/log-batch',
    summary: 'Logs up to 1,000 metrics, 100 params and 100 tags, all or nothing.',
    request: {
      run_id: f.runId.required,
      metrics: metricList,
      params: f.list(f.message(keyValue).required).or([]),
      tags: f.list(f.message(keyValue).required).or([]),
    },
    handle: async (ctx, input) => {
      await logBatch(ctx, {
        runId: input.run_id,
        metrics: input.metrics,
        params: input.params,
        tags: input.tags,
      })
      return '{}'
    },
  })
  modelRoutes(app)
}

function modelRoutes(app: App): void {
  rpc(app, {
    id: 'logModel',
    method: 'POST',
    path: '/mlflow/runs/log-model',
    summary: "Adds a model to the run's history of logged models, as clients before MLflow 3 do.",
    request: { run_id: f.runId.required, model_json: f.text.required },
    handle: async (ctx, input) => {
      await logModelHistory(ctx, input.run_id, input.model_json)
      return {}
    },
  })
}
