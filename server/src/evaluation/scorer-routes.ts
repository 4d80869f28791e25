import type { App } from '../core/index.ts'
import { f, list, rpc } from '../tracking/index.ts'
import { encodeScorer } from './encode.ts'
import { evaluationErrors } from './errors.ts'
import {
  deleteScorer,
  getScorer,
  listScorers,
  listScorerVersions,
  registerScorer,
} from './scorer-service.ts'

const named = { experiment_id: f.text.required, name: f.text.required }
const versioned = { ...named, version: f.int }

export function scorerRoutes(app: App): void {
  writing(app)
  reading(app)
}

function writing(app: App): void {
  rpc(app, {
    id: 'registerScorer',
    method: 'POST',
    path: '/mlflow/scorers/register',
    major: 3,
    summary: 'Keeps a scorer as its client serialized it, as the next version of its name.',
    request: { ...named, serialized_scorer: f.text.required },
    handle: async (ctx, input) => {
      const { experiment_id: experimentId, name, serialized_scorer: serialized } = input
      const made = await registerScorer(ctx, { experimentId, name, serialized })
      return {
        version: made.version,
        scorer_id: made.scorerId,
        experiment_id: String(made.experiment),
        name: made.name,
        serialized_scorer: made.serialized,
        creation_time: made.createdAt,
      }
    },
  })
  rpc(app, {
    id: 'deleteScorer',
    method: 'DELETE',
    path: '/mlflow/scorers/delete',
    major: 3,
    summary: 'Deletes a version of a scorer, or the scorer.',
    request: versioned,
    handle: async (ctx, input) => {
      const scorer = { experimentId: input.experiment_id, name: input.name }
      await deleteScorer(ctx, scorer, input.version)
      return {}
    },
  })
}

function reading(app: App): void {
  rpc(app, {
    id: 'listScorers',
    method: 'GET',
    path: '/mlflow/scorers/list',
    major: 3,
    summary: 'The newest version of every scorer of an experiment.',
    request: { experiment_id: f.text, experiment_ids: f.list(f.text.required).or([]) },
    handle: async (ctx, input) => {
      const { experiment_id: id, experiment_ids: ids } = input
      if (id === undefined && ids.length === 0) {
        throw evaluationErrors.EVALUATION_INVALID(
          "Missing value for required parameter 'experiment_id'. See the API docs for more information about request parameters.",
        )
      }
      const scorers = await listScorers(ctx, id === undefined ? ids : [id, ...ids])
      return list('scorers', scorers.map(encodeScorer))
    },
  })
  rpc(app, {
    id: 'listScorerVersions',
    method: 'GET',
    path: '/mlflow/scorers/versions',
    major: 3,
    summary: 'Every version of a scorer.',
    request: named,
    handle: async (ctx, input) => {
      const scorer = { experimentId: input.experiment_id, name: input.name }
      return list('scorers', (await listScorerVersions(ctx, scorer)).map(encodeScorer))
    },
  })
  rpc(app, {
    id: 'getScorer',
    method: 'GET',
    path: '/mlflow/scorers/get',
    major: 3,
    summary: 'A version of a scorer, or its newest.',
    request: versioned,
    handle: async (ctx, input) => {
      const scorer = { experimentId: input.experiment_id, name: input.name }
      return { scorer: encodeScorer(await getScorer(ctx, scorer, input.version)) }
    },
  })
  rpc(app, {
    id: 'getOnlineScoringConfigs',
    method: 'GET',
    path: '/mlflow/scorers/online-configs',
    major: 3,
    summary: 'How scorers judge new traces on their own: none does, so there is nothing to list.',
    request: { scorer_ids: f.list(f.text.required).required },
    handle: async () => ({ configs: [] }),
  })
}
