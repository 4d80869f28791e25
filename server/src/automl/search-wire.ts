import { rankTrials, type SearchView } from './search-reads.ts'
import type { RecipeAnswer, SearchAnswer, SearchSummary, TrialAnswer } from './search-schema.ts'
import type { TrialRecipe } from './trial-service.ts'
import { TrialState, type Search, type Trial } from './types.ts'

export function encodeSummary(search: Search): SearchSummary {
  const { spec } = search
  return {
    search_id: search.id,
    name: search.name,
    state: search.state,
    message: search.message ?? null,
    problem: spec.problem,
    target: spec.target,
    primary_metric: spec.metric,
    dataset: encodeData(search),
    experiment_id: search.experimentId,
    run_id: search.runId,
    created_at: search.createdAt.getTime(),
    started_at: search.startedAt?.getTime() ?? null,
    ended_at: search.endedAt?.getTime() ?? null,
  }
}

function encodeData({ data }: Search): SearchSummary['dataset'] {
  const { table, version, rows, unlabelled, sha256 } = data
  return { table, version, rows, unlabelled_rows: unlabelled, sha256: sha256 ?? null }
}

export function encodeSearch({ search, trials }: SearchView): SearchAnswer {
  const { spec, task } = search
  const ranked = rankTrials(search, trials)
  const others = trials.filter((trial) => !ranked.includes(trial))
  const leaderboard = [
    ...ranked.map((trial, index) => encodeTrial(trial, index + 1)),
    ...others.map((trial) => encodeTrial(trial, null)),
  ]
  const count = (...states: readonly TrialState[]): number =>
    trials.filter(({ state }) => states.includes(state)).length
  return {
    ...encodeSummary(search),
    seed: spec.seed,
    folds: spec.folds,
    max_trials: spec.maxTrials,
    timeout_seconds: spec.timeoutMs === undefined ? null : spec.timeoutMs / 1000,
    parallelism: spec.parallelism,
    sampler: spec.sampler,
    learners: [...spec.learners],
    positive_label: task.positiveLabel ?? null,
    environment: search.environment ?? null,
    columns: {
      used: task.features.map(({ name, kind }) => ({ name, kind })),
      dropped: search.dropped.map(({ name, reason }) => ({ name, reason })),
    },
    exploration_notebook: search.explorationPath ?? null,
    progress: {
      total: spec.maxTrials,
      running: count(TrialState.Running),
      finished: count(TrialState.Finished),
      failed: count(TrialState.Failed, TrialState.Cancelled),
    },
    best_trial: ranked.length === 0 ? null : (leaderboard[0] ?? null),
    leaderboard,
  }
}

function encodeTrial(trial: Trial, rank: number | null): TrialAnswer {
  const { startedAt, endedAt } = trial
  return {
    trial: trial.number,
    rank,
    learner: trial.learner,
    state: trial.state,
    score: trial.score ?? null,
    metrics: { ...trial.metrics },
    params: { ...trial.point },
    run_id: trial.runId,
    model_uri: trial.state === TrialState.Finished ? `runs:/${trial.runId}/model` : null,
    notebook_path: trial.notebookPath ?? null,
    error: trial.error ?? null,
    started_at: startedAt.getTime(),
    ended_at: endedAt?.getTime() ?? null,
    duration_ms: endedAt ? endedAt.getTime() - startedAt.getTime() : null,
  }
}

export function encodeRecipe(recipe: TrialRecipe): RecipeAnswer {
  const { search } = recipe
  return {
    ...encodeTrial(recipe.trial, null),
    search_id: search.id,
    seed: search.spec.seed,
    primary_metric: search.spec.metric,
    environment: recipe.environment ?? null,
    dataset: encodeData(search),
    dataset_run_id: search.runId,
    dataset_artifact: recipe.dataArtifact,
    notebook: recipe.notebook,
  }
}
