import { Type, type Static } from 'typebox'
import { metricNames } from './metrics.ts'
import { samplerNames } from './samplers/all.ts'
import { Problem } from './problem.ts'
import { SearchState, TrialState } from './types.ts'

const oneOf = <T extends string>(values: readonly T[], description: string) =>
  Type.Unsafe<T>(Type.String({ enum: values, description }))

const Imputer = Type.Unsafe<
  'mean' | 'median' | 'most_frequent' | { strategy: 'constant'; fill_value: string }
>({
  description: 'What stands in for missing values of the column.',
  oneOf: [
    { type: 'string', enum: ['mean', 'median', 'most_frequent'] },
    {
      type: 'object',
      required: ['strategy', 'fill_value'],
      additionalProperties: false,
      properties: {
        strategy: { type: 'string', enum: ['constant'] },
        fill_value: { type: 'string' },
      },
    },
  ],
})

export const StartSearchRequest = Type.Object(
  {
    dataset: Type.Object(
      {
        table: Type.String({ minLength: 1, description: 'Table name, as in SQL.' }),
        version: Type.Optional(
          Type.Integer({ minimum: 0, description: 'Table version; the newest when absent.' }),
        ),
      },
      { additionalProperties: false, description: 'The rows to learn from.' },
    ),
    target: Type.String({ minLength: 1, description: 'Column to predict.' }),
    problem: oneOf(Object.values(Problem), 'What kind of column that is.'),
    primary_metric: Type.Optional(
      oneOf(metricNames, 'What the search is after. Default roc_auc, or r2 for regression.'),
    ),
    max_trials: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 10_000,
        description: 'Trials to run, the baseline included. Default 24.',
      }),
    ),
    timeout_seconds: Type.Optional(
      Type.Number({
        exclusiveMinimum: 0,
        description: 'When it is over no trial runs any more. No limit when absent.',
      }),
    ),
    seed: Type.Optional(
      Type.Integer({
        minimum: 0,
        maximum: 2 ** 32 - 1,
        description: 'The same seed, data and parallelism give the same search. Default 42.',
      }),
    ),
    parallelism: Type.Optional(
      Type.Integer({ minimum: 1, maximum: 64, description: 'Trials at the same time. Default 2.' }),
    ),
    folds: Type.Optional(
      Type.Integer({ minimum: 2, maximum: 20, description: 'Of cross-validation. Default 5.' }),
    ),
    sampler: Type.Optional(
      oneOf(samplerNames, 'How the next configuration is chosen. Default bayes.'),
    ),
    learners: Type.Optional(
      Type.Array(Type.String(), {
        minItems: 1,
        description:
          'Learners to search; every suitable one when absent. The baseline always runs.',
      }),
    ),
    exclude_columns: Type.Optional(
      Type.Array(Type.String(), { description: 'Columns that the model must not see.' }),
    ),
    positive_label: Type.Optional(
      Type.String({
        description:
          'With two classes, the one whose probability counts. When absent: what reads like yes, else the rarer one.',
      }),
    ),
    imputers: Type.Optional(
      Type.Record(Type.String(), Imputer, {
        description: 'By column, where the default does not fit.',
      }),
    ),
    requirements: Type.Optional(
      Type.Array(Type.String({ minLength: 1 }), {
        minItems: 1,
        description: 'Packages of the environment; tested versions when absent.',
      }),
    ),
    experiment_name: Type.Optional(
      Type.String({
        minLength: 1,
        description:
          'MLflow experiment; made when it is not there. Default /AutoML/<table>-<target>.',
      }),
    ),
    idempotency_token: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 128,
        description: 'A repeated request with the same token answers the search it started before.',
      }),
    ),
  },
  { additionalProperties: false },
)
export type StartSearchRequest = Static<typeof StartSearchRequest>

export const SearchParams = Type.Object({
  id: Type.String({ minLength: 1, description: 'Search id.' }),
})

export const TrialParams = Type.Object({
  run_id: Type.String({ minLength: 1, description: 'MLflow run of the trial.' }),
})

export const ListSearchesQuery = Type.Object(
  {
    limit: Type.Integer({
      minimum: 1,
      maximum: 1000,
      default: 100,
      description: 'Most searches to answer.',
    }),
    before: Type.Optional(
      Type.String({ description: 'Only searches older than this id, for the next page.' }),
    ),
  },
  { additionalProperties: false },
)

const millis = (description: string) =>
  Type.Union([Type.Integer(), Type.Null()], { description: `${description} Epoch milliseconds.` })
const optionalText = (description: string) =>
  Type.Union([Type.String(), Type.Null()], { description })

export const TrialAnswer = Type.Object({
  trial: Type.Integer({ description: 'Counts from 1 in the order of planning.' }),
  rank: Type.Union([Type.Integer(), Type.Null()], {
    description: 'Place on the leaderboard, from 1.',
  }),
  learner: Type.String({ description: 'Kind of model.' }),
  state: oneOf(Object.values(TrialState), 'What the trial does.'),
  score: Type.Union([Type.Number(), Type.Null()], {
    description: 'Mean of the primary metric over the folds.',
  }),
  metrics: Type.Record(Type.String(), Type.Number(), {
    description: 'Means over the folds, by metric.',
  }),
  params: Type.Record(Type.String(), Type.Unknown(), { description: 'Parameters of the learner.' }),
  run_id: Type.String({ description: 'MLflow run.' }),
  model_uri: optionalText('The fitted model; null without one.'),
  notebook_path: optionalText('Executed notebook in the workspace.'),
  error: optionalText('Why it failed.'),
  started_at: millis('When it started.'),
  ended_at: millis('When it ended.'),
  duration_ms: Type.Union([Type.Integer(), Type.Null()], { description: 'Milliseconds it took.' }),
})
export type TrialAnswer = Static<typeof TrialAnswer>

export const SearchSummary = Type.Object({
  search_id: Type.String({ description: 'Search id.' }),
  name: Type.String({ description: 'Readable name; its notebooks are below /AutoML/<name>.' }),
  state: oneOf(Object.values(SearchState), 'What the search does.'),
  message: optionalText('Why it failed.'),
  problem: oneOf(Object.values(Problem), 'What kind of column is predicted.'),
  target: Type.String({ description: 'Column that is predicted.' }),
  primary_metric: oneOf(metricNames, 'What the search is after.'),
  dataset: Type.Object(
    {
      table: Type.String({ description: 'Table name in full.' }),
      version: Type.Integer({ description: 'Table version.' }),
      rows: Type.Integer({ description: 'Rows with a target.' }),
      unlabelled_rows: Type.Integer({ description: 'Rows without one, left out.' }),
      sha256: optionalText(
        'Of the Parquet file that every notebook reads; null until it is written.',
      ),
    },
    { description: 'The rows it learns from.' },
  ),
  experiment_id: Type.String({ description: 'MLflow experiment.' }),
  run_id: Type.String({ description: 'MLflow run that all trials are children of.' }),
  created_at: millis('When it was asked for.'),
  started_at: millis('When its first trial could start.'),
  ended_at: millis('When it ended.'),
})

export const SearchAnswer = Type.Object({
  ...SearchSummary.properties,
  seed: Type.Integer({ description: 'Seed of data splits, learners and sampler.' }),
  folds: Type.Integer({ description: 'Folds of cross-validation.' }),
  max_trials: Type.Integer({ description: 'Trials to run.' }),
  timeout_seconds: Type.Union([Type.Number(), Type.Null()], { description: 'Time budget.' }),
  parallelism: Type.Integer({ description: 'Trials at the same time.' }),
  sampler: oneOf(samplerNames, 'How the next configuration is chosen.'),
  learners: Type.Array(Type.String(), { description: 'Learners that take part.' }),
  positive_label: Type.Unsafe<string | number | boolean | null>({
    description: 'The class whose probability counts; null without one.',
  }),
  environment: optionalText('Hash of the environment of its notebooks; null until it is built.'),
  columns: Type.Object(
    {
      used: Type.Array(
        Type.Object({
          name: Type.String({ description: 'Column.' }),
          kind: Type.String({ description: 'How it is understood.' }),
        }),
        { description: 'What models see.' },
      ),
      dropped: Type.Array(
        Type.Object({
          name: Type.String({ description: 'Column.' }),
          reason: Type.String({ description: 'Why it is left out.' }),
        }),
        { description: 'What they do not.' },
      ),
    },
    { description: 'How the columns of the table are used.' },
  ),
  exploration_notebook: optionalText('Executed notebook about the data, in the workspace.'),
  progress: Type.Object(
    {
      total: Type.Integer({ description: 'Trials to run.' }),
      running: Type.Integer({ description: 'Trials that run now.' }),
      finished: Type.Integer({ description: 'Trials with a score.' }),
      failed: Type.Integer({ description: 'Trials that failed or were ended.' }),
    },
    { description: 'How far it is.' },
  ),
  best_trial: Type.Union([TrialAnswer, Type.Null()], {
    description: 'Null until one has a score.',
  }),
  leaderboard: Type.Array(TrialAnswer, {
    description: 'Every trial: those with a score, best first, then the others.',
  }),
})
export type SearchAnswer = Static<typeof SearchAnswer>
export type SearchSummary = Static<typeof SearchSummary>

export const RecipeAnswer = Type.Object({
  ...TrialAnswer.properties,
  search_id: Type.String({ description: 'Search that it is part of.' }),
  seed: Type.Integer({ description: 'Seed of data splits and learner.' }),
  primary_metric: oneOf(metricNames, 'What its search is after.'),
  environment: optionalText('Hash of the environment that it ran in.'),
  dataset: SearchSummary.properties.dataset,
  dataset_run_id: Type.String({ description: 'Run that keeps the Parquet file.' }),
  dataset_artifact: Type.String({ description: 'Path of the Parquet file in that run.' }),
  notebook: Type.String({ description: 'The notebook before it was executed, as .ipynb text.' }),
})
export type RecipeAnswer = Static<typeof RecipeAnswer>
