import type { App } from '../core/index.ts'
import { searchRunsJson } from './run-search-service.ts'
import {
  createRun,
  deleteRun,
  deleteRunTag,
  getRun,
  restoreRun,
  setRunTag,
  updateRun,
} from './run-service.ts'
import { encodeRun, encodeRunInfo } from './wire/encode.ts'
import { f } from './wire/fields.ts'
import { rpc } from './wire/rpc.ts'
import { keyValue, runStatus, viewType } from './wire/shapes.ts'

export function runRoutes(app: App): void {
  rpc(app, {
    id: 'createRun',
    method: 'POST',
    path: '/mlflow/runs/create',
    summary: 'Starts a run.',
    request: {
      experiment_id: f.text.or(''),
      user_id: f.text,
      run_name: f.text,
      start_time: f.int,
      tags: f.list(f.message(keyValue).required).or([]),
    },
    handle: async (ctx, input) => {
      const run = await createRun(ctx, {
        experimentId: input.experiment_id,
        name: input.run_name,
        userId: input.user_id,
        startedAt: input.start_time,
        tags: input.tags,
      })
      return { run: encodeRun(run, { withModelInputs: true }) }
    },
  })
  rpc(app, {
    id: 'getRun',
    method: 'GET',
    path: '/mlflow/runs/get',
    summary: 'One run with its latest metrics, params, tags, inputs and outputs.',
    request: { run_id: f.runId.required },
    handle: async (ctx, input) => ({
      run: encodeRun(await getRun(ctx, input.run_id), { withModelInputs: true }),
    }),
  })
  rpc(app, {
    id: 'updateRun',
    method: 'POST',
    path: '/mlflow/runs/update',
    summary: 'Changes status, end time or name.',
    request: { run_id: f.runId.required, status: runStatus, end_time: f.int, run_name: f.text },
    handle: async (ctx, input) => {
      const info = await updateRun(ctx, {
        runId: input.run_id,
        status: input.status,
        endedAt: input.end_time,
        name: input.run_name,
      })
      return { run_info: encodeRunInfo(info) }
    },
  })
  runStages(app)
  runTags(app)
  runSearch(app)
}

function runSearch(app: App): void {
  rpc(app, {
    id: 'searchRuns',
    method: 'POST',
    path: '/mlflow/runs/search',
    summary: 'Runs of experiments that a filter finds, in the order asked for, page by page.',
    request: {
      experiment_ids: f.list(f.text.required).or([]),
      filter: f.text,
      run_view_type: viewType,
      max_results: f.int.or(1_000),
      order_by: f.list(f.text.required).or([]),
      page_token: f.text,
    },
    handle: async (ctx, input) =>
      searchRunsJson(ctx, {
        experimentIds: input.experiment_ids,
        filter: input.filter,
        orderBy: input.order_by,
        view: input.run_view_type,
        maxResults: input.max_results,
        pageToken: input.page_token,
      }),
  })
}

function runStages(app: App): void {
  rpc(app, {
    id: 'deleteRun',
    method: 'POST',
    path: '/mlflow/runs/delete',
    summary: 'Deletes a run; restore brings it back.',
    request: { run_id: f.runId.required },
    handle: async (ctx, input) => {
      await deleteRun(ctx, input.run_id)
      return {}
    },
  })
  rpc(app, {
    id: 'restoreRun',
    method: 'POST',
    path: '/mlflow/runs/restore',
    summary: 'Brings a deleted run back.',
    request: { run_id: f.runId.required },
    handle: async (ctx, input) => {
      await restoreRun(ctx, input.run_id)
      return {}
    },
  })
}

function runTags(app: App): void {
  rpc(app, {
    id: 'setTag',
    method: 'POST',
    path: '/mlflow/runs/set-tag',
    summary: 'Sets a tag of a run.',
    request: { run_id: f.runId.required, key: f.text.required, value: f.text.or('') },
    handle: async (ctx, input) => {
      await setRunTag(ctx, { runId: input.run_id, key: input.key, value: input.value })
      return {}
    },
  })
  rpc(app, {
    id: 'deleteTag',
    method: 'POST',
    path: '/mlflow/runs/delete-tag',
    summary: 'Removes a tag of a run.',
    request: { run_id: f.runId.required, key: f.text.required },
    handle: async (ctx, input) => {
      await deleteRunTag(ctx, { runId: input.run_id, key: input.key })
      return {}
    },
  })
}
