import type { MetricName } from '../metrics.ts'
import type { Task } from '../types.ts'
import { categoriesOf, type Evaluation } from './evaluation-contract.ts'
import { importanceCells, sliceCells } from './importance.ts'
import { code, markdown, type Cell } from './notebook.ts'

/** Two classes, judged by the probability of one of them. */
export function binaryEvaluation(task: Task): Evaluation {
  return {
    imports: [
      'from sklearn.metrics import accuracy_score, f1_score, log_loss, precision_score, recall_score, roc_auc_score',
      'from sklearn.metrics import ConfusionMatrixDisplay, RocCurveDisplay',
      'from sklearn.calibration import CalibrationDisplay',
      'from sklearn.model_selection import StratifiedKFold',
    ],
    crossValidate: crossValidate(task.metric),
    importance: importanceCells(task.metric),
    mistakes: [...pictures, ...thresholds, ...sliceCells(task.metric, categoriesOf(task))],
  }
}

const judges: Partial<Record<MetricName, string>> = {
  roc_auc: 'roc_auc_score(actual == POSITIVE, probability)',
  log_loss: 'log_loss(actual == POSITIVE, probability, labels=[False, True])',
}

function crossValidate(metric: MetricName): Cell[] {
  return [
    markdown(
      '## Cross-validate',
      '',
      'Every row is predicted once, by a model that has not seen it.',
    ),
    code(
      'def predict(model, rows):',
      '    """Probability of POSITIVE."""',
      '    return model.predict_proba(rows)[:, list(model.classes_).index(POSITIVE)]',
      '',
      '',
      'def judge(actual, probability):',
      '    """What this search is after."""',
      `    return ${judges[metric] ?? `score(actual, probability)["${metric}"]`}`,
      '',
      '',
      'def score(actual, probability):',
      '    positive = (actual == POSITIVE).to_numpy()',
      '    predicted = np.asarray(probability) >= 0.5',
      '    return {',
      '        "roc_auc": roc_auc_score(positive, probability),',
      '        "log_loss": log_loss(positive, probability, labels=[False, True]),',
      '        "f1": f1_score(positive, predicted, zero_division=0),',
      '        "accuracy": accuracy_score(positive, predicted),',
      '        "precision": precision_score(positive, predicted, zero_division=0),',
      '        "recall": recall_score(positive, predicted, zero_division=0),',
      '    }',
      '',
      '',
      'held_out = pd.Series(0.0, index=y.index)',
      'scores = []',
      'for train, test in StratifiedKFold(FOLDS, shuffle=True, random_state=SEED).split(X, y):',
      '    fitted = clone(model).fit(X.iloc[train], y.iloc[train])',
      '    held_out.iloc[test] = predict(fitted, X.iloc[test])',
      '    scores.append(score(y.iloc[test], held_out.iloc[test]))',
      'scores = pd.DataFrame(scores)',
      'scores.agg(["mean", "std"]).round(4)',
    ),
  ]
}

const pictures: readonly Cell[] = [
  markdown(
    '## Where it is right and wrong',
    '',
    'From the held-out probabilities: how well it ranks, whether a probability of 0.7 is right',
    'seven times in ten, and what it confuses at the threshold of 0.5.',
  ),
  code(
    'positive = y == POSITIVE',
    'figure, (left, middle, right) = plt.subplots(1, 3, figsize=(12, 3.6))',
    'RocCurveDisplay.from_predictions(positive, held_out, ax=left, plot_chance_level=True)',
    'CalibrationDisplay.from_predictions(positive, held_out, n_bins=10, strategy="quantile", ax=middle)',
    'ConfusionMatrixDisplay.from_predictions(positive, held_out >= 0.5, ax=right, colorbar=False)',
    'left.get_legend().remove()',
    'middle.get_legend().remove()',
    'plt.tight_layout()',
  ),
]

const thresholds: readonly Cell[] = [
  markdown('### Other thresholds', '', 'The best one depends on what each kind of mistake costs.'),
  code(
    'table = pd.DataFrame(index=pd.Index(np.arange(1, 10) / 10, name="threshold"))',
    'for threshold in table.index:',
    '    chosen = held_out >= threshold',
    '    right = (chosen & positive).sum()',
    '    table.loc[threshold, "chosen"] = chosen.sum()',
    '    table.loc[threshold, "precision"] = right / max(1, chosen.sum())',
    '    table.loc[threshold, "recall"] = right / positive.sum()',
    '    table.loc[threshold, "f1"] = 2 * right / (chosen.sum() + positive.sum())',
    'table.round(3)',
  ),
]
