import type { Learner } from '../learners/learner.ts'
import { metricKey } from '../metrics.ts'
import type { Point } from '../samplers/space.ts'
import { evaluationFor } from './evaluation.ts'
import { code, escapeMarkdown, formatNotebook, markdown, type Cell } from './notebook.ts'
import type { SearchPlan } from './plan.ts'
import { preprocessing, type PreprocessingSource } from './preprocessing.ts'
import { bracketed, importLines, python } from './python.ts'
import { connect, experimentUrl, howToRunAgain, loadData, pin, runUrl } from './shared-cells.ts'

export interface TrialPlan {
  /** Counts from 1. */
  readonly number: number
  readonly learner: Learner
  readonly point: Point
}

/** `Trial 3: LightGBM`. */
export function trialTitle({ number, learner }: TrialPlan): string {
  return `Trial ${number}: ${learner.title}`
}

/** `trial-003-lightgbm`. */
export function trialFileName({ number, learner }: TrialPlan): string {
  return `trial-${String(number).padStart(3, '0')}-${learner.name.replaceAll('_', '-')}`
}

/** The notebook that is the trial. It imports nothing of ours. */
export function trialNotebook(plan: SearchPlan, trial: TrialPlan): string {
  const prepared = preprocessing(plan.task, trial.learner, plan.imputers)
  const evaluation = evaluationFor(plan)
  return formatNotebook([
    header(plan, trial),
    setUp(plan, trial, prepared),
    ...loadData(plan),
    ...chooseColumns(plan, prepared),
    ...prepare(prepared),
    ...makeModel(plan, trial),
    ...evaluation.crossValidate,
    ...fit(),
    ...evaluation.importance,
    ...evaluation.mistakes,
    ...record(plan, trial),
    ...use(plan),
  ])
}

function header(plan: SearchPlan, trial: TrialPlan): Cell {
  const { task, data } = plan
  const what = task.problem === 'classification' ? 'Classifies' : 'Predicts'
  return markdown(
    `# ${trialTitle(trial)}`,
    '',
    `${what} **${escapeMarkdown(task.target)}** of ${escapeMarkdown(data.table)} at version ${data.version}.`,
    '',
    'This notebook *is* the trial: it was executed as you see it, and the score it prints is the',
    'score on the leaderboard.',
    '',
    `[All trials](${experimentUrl(plan)}) · [the search](${runUrl(plan, data.runId)})`,
    '',
    ...howToRunAgain(plan, trial.learner.packages),
  )
}

function setUp(plan: SearchPlan, trial: TrialPlan, prepared: PreprocessingSource): Cell {
  const imports = importLines([
    'import hashlib',
    'import logging',
    'import os',
    'import warnings',
    'import matplotlib.pyplot as plt',
    'import mlflow',
    'import numpy as np',
    'import pandas as pd',
    'from mlflow.models import infer_signature',
    'from sklearn.base import clone',
    'from sklearn.pipeline import Pipeline',
    ...prepared.imports,
    ...trial.learner.source(plan.task, trial.point).imports,
    ...evaluationFor(plan).imports,
  ])
  const { task } = plan
  return code(
    ...imports,
    '',
    '# MLflow warns of pickled models and of integers that may be missing one day.',
    'warnings.filterwarnings("ignore", module="mlflow")',
    'logging.getLogger("mlflow").setLevel(logging.ERROR)',
    ...connect(plan),
    '',
    `TARGET = ${python(task.target)}`,
    ...(task.positiveLabel === undefined
      ? []
      : [`POSITIVE = ${python(task.positiveLabel)}  # the class whose probability counts`]),
    `FOLDS = ${plan.folds}`,
    `SEED = ${task.seed}`,
  )
}

function chooseColumns(plan: SearchPlan, prepared: PreprocessingSource): Cell[] {
  const dropped = plan.dropped.map(
    ({ name, reason }) => `| ${escapeMarkdown(name)} | ${escapeMarkdown(reason)} |`,
  )
  const lines =
    dropped.length === 0
      ? ['Every column is used.']
      : ['| left out | because |', '|---|---|', ...dropped]
  return [
    markdown('## Choose the columns', '', ...lines),
    code(
      ...prepared.columnLines,
      '',
      `X = data[${prepared.variables.join(' + ')}]`,
      'y = data[TARGET]',
      'X.shape',
    ),
  ]
}

function prepare(prepared: PreprocessingSource): Cell[] {
  return [
    markdown(
      '## Prepare the columns',
      '',
      'Part of the model, so that in cross-validation it learns only from the training rows.',
      '',
      ...prepared.says.map((line) => `- ${line}`),
    ),
    code(...prepared.lines),
  ]
}

function makeModel({ task }: SearchPlan, { learner, point }: TrialPlan): Cell[] {
  return [
    markdown(`## Model: ${learner.title}`, '', 'With the parameters of this trial.'),
    code(
      ...learner.source(task, point).lines,
      'model = Pipeline([("preprocessor", preprocessor), ("estimator", estimator)])',
      'model',
    ),
  ]
}

function fit(): Cell[] {
  return [
    markdown('## Fit on every row', '', 'This is the model that is kept.'),
    code('model.fit(X, y);'),
  ]
}

function record(plan: SearchPlan, trial: TrialPlan): Cell[] {
  const requirements = pin(plan, [
    'mlflow-skinny',
    'cloudpickle',
    'numpy',
    'pandas',
    'scikit-learn',
    'scipy',
    ...trial.learner.packages,
  ])
  const params = {
    learner: trial.learner.name,
    source_table: plan.data.table,
    source_version: plan.data.version,
    ...trial.point,
    folds: plan.folds,
    seed: plan.task.seed,
  }
  const name = `${plan.data.table}@${plan.data.version}`
  const query = `path=${encodeURIComponent(plan.data.artifactPath)}&run_uuid=${plan.data.runId}`
  const dataset = `sample, source=source, name=${python(name)}, digest=digest[:16]`
  return [
    markdown('## Record the trial in MLflow'),
    code(
      ...bracketed('requirements = [', requirements.map(python), ']'),
      ...bracketed(
        'params = {',
        Object.entries(params).map(([key, value]) => `${python(key)}: ${python(value)}`),
        '}',
      ),
      `source = f"{mlflow.get_tracking_uri()}/get-artifact?${query}"`,
      `tags = {"mlflow.parentRunId": ${python(plan.data.runId)}}`,
      '',
      'sample = X.sample(min(200, len(X)), random_state=SEED)',
      `with mlflow.start_run(run_name=${python(trialTitle(trial))}, tags=tags) as run:`,
      '    mlflow.log_params(params)',
      `    mlflow.log_input(mlflow.data.from_pandas(${dataset}), context="training")`,
      '    for fold, row in scores.add_prefix("fold_").iterrows():',
      '        mlflow.log_metrics(row.to_dict(), step=fold + 1)',
      '    info = mlflow.sklearn.log_model(',
      '        model,',
      '        name="model",',
      '        signature=infer_signature(sample, model.predict(sample)),',
      '        input_example=X.head(3),',
      '        pip_requirements=requirements,',
      '        serialization_format="cloudpickle",',
      '    )',
      '    mlflow.log_metrics(scores.mean().add_prefix("cv_").to_dict(), model_id=info.model_id)',
      '    mlflow.log_metrics(scores.std().add_prefix("cv_").add_suffix("_std").to_dict())',
      '    mlflow.log_dict(importance.to_dict(), "importance.json")',
      '',
      'info.model_uri',
    ),
  ]
}

function use(plan: SearchPlan): Cell[] {
  const { metric } = plan.task
  return [
    markdown(
      '## Use the model',
      '',
      'As any other program would: load it from MLflow, hand it rows of the table.',
      '',
      '```python',
      'mlflow.register_model(info.model_uri, "my_model")  # gives it a name, a version and a life',
      '```',
    ),
    code(
      'loaded = mlflow.pyfunc.load_model(info.model_uri)',
      'predicted = loaded.predict(X.head())',
      'assert (predicted == model.predict(X.head())).all()',
      'X.head().assign(prediction=predicted)',
    ),
    code(
      `print(f"${metricKey(metric)} = {scores['${metric}'].mean():.6f} ± {scores['${metric}'].std():.6f} over {FOLDS} folds")`,
    ),
  ]
}
