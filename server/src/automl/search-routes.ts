import { Type } from 'typebox'
import type { RoutePlugin } from '../core/index.ts'
import type { SearchRequest } from './examination.ts'
import { getSearch, listSearches } from './search-reads.ts'
import {
  ListSearchesQuery,
  RecipeAnswer,
  SearchAnswer,
  SearchParams,
  SearchSummary,
  StartSearchRequest,
  TrialParams,
} from './search-schema.ts'
import { cancelSearch, startSearch } from './search-service.ts'
import { encodeRecipe, encodeSearch, encodeSummary } from './search-wire.ts'
import { getTrial } from './trial-service.ts'

const base = '/api/millrace/1.0/automl'
const tags = ['automl']

export const searchRoutes: RoutePlugin = async (app) => {
  const start = {
    schema: {
      operationId: 'startAutomlSearch',
      tags,
      body: StartSearchRequest,
      response: { 200: SearchAnswer },
    },
  }
  app.post(`${base}/searches`, start, async (request) => {
    const search = await startSearch(request.ctx, toRequest(request.body))
    return encodeSearch(await getSearch(request.ctx, search.id))
  })

  const list = {
    schema: {
      operationId: 'listAutomlSearches',
      tags,
      querystring: ListSearchesQuery,
      response: {
        200: Type.Object({
          searches: Type.Array(SearchSummary, { description: 'Newest first.' }),
        }),
      },
    },
  }
  app.get(`${base}/searches`, list, async (request) => {
    const searches = await listSearches(request.ctx, request.query)
    return { searches: searches.map(encodeSummary) }
  })

  const one = { tags, params: SearchParams, response: { 200: SearchAnswer } }
  const get = { schema: { operationId: 'getAutomlSearch', ...one } }
  app.get(`${base}/searches/:id`, get, async (request) =>
    encodeSearch(await getSearch(request.ctx, request.params.id)),
  )
  const cancel = { schema: { operationId: 'cancelAutomlSearch', ...one } }
  app.post(`${base}/searches/:id/cancel`, cancel, async (request) =>
    encodeSearch(await cancelSearch(request.ctx, request.params.id)),
  )
}

export const trialRoutes: RoutePlugin = async (app) => {
  const get = {
    schema: {
      operationId: 'getAutomlTrial',
      tags,
      params: TrialParams,
      response: { 200: RecipeAnswer },
    },
  }
  app.get(`${base}/trials/:run_id`, get, async (request) =>
    encodeRecipe(await getTrial(request.ctx, { runId: request.params.run_id })),
  )
}

function toRequest(body: StartSearchRequest): SearchRequest {
  return {
    table: body.dataset.table,
    version: body.dataset.version,
    target: body.target,
    problem: body.problem,
    metric: body.primary_metric,
    maxTrials: body.max_trials,
    timeoutMs: body.timeout_seconds === undefined ? undefined : body.timeout_seconds * 1000,
    seed: body.seed,
    parallelism: body.parallelism,
    folds: body.folds,
    sampler: body.sampler,
    learners: body.learners,
    excludeColumns: body.exclude_columns,
    positiveLabel: body.positive_label,
    imputers: body.imputers,
    requirements: body.requirements,
    experimentName: body.experiment_name,
    idempotencyToken: body.idempotency_token,
  }
}
