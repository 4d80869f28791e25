import type { MetricName } from '../metrics.ts'
import type { Task } from '../types.ts'
import type { Evaluation } from './evaluation-contract.ts'
import { importanceCells } from './importance.ts'
import { code, markdown, type Cell } from './notebook.ts'

/** Three classes or more; one number per class becomes one by the plain mean over classes. */
export function manyClassesEvaluation(task: Task): Evaluation {
  return {
    imports: [
      'from sklearn.metrics import accuracy_score, f1_score, log_loss, precision_score, recall_score, roc_auc_score',
      'from sklearn.metrics import ConfusionMatrixDisplay',
      'from sklearn.model_selection import StratifiedKFold',
    ],
    crossValidate: crossValidate(task.metric),
    importance: importanceCells(task.metric),
    mistakes: [
      markdown('## What it confuses', '', 'From the held-out predictions.'),
      code(
        'ConfusionMatrixDisplay.from_predictions(',
        '    y, held_out.idxmax(axis=1), colorbar=False, xticks_rotation="vertical"',
        ')',
        'plt.tight_layout()',
      ),
    ],
  }
}

function crossValidate(metric: MetricName): Cell[] {
  return [
    markdown(
      '## Cross-validate',
      '',
      'Every row is predicted once, by a model that has not seen it. Classes count alike (macro',
      'averages; ROC AUC is each class against the rest).',
    ),
    code(
      'classes = np.unique(y)',
      '',
      '',
      'def predict(model, rows):',
      '    """One column of probabilities per class."""',
      '    return model.predict_proba(rows)',
      '',
      '',
      'def judge(actual, probabilities):',
      '    """What this search is after."""',
      `    return score(actual, probabilities)["${metric}"]`,
      '',
      '',
      'def score(actual, probabilities):',
      '    probabilities = np.asarray(probabilities)',
      '    predicted = classes[probabilities.argmax(axis=1)]',
      '    macro = {"average": "macro", "zero_division": 0}',
      '    ranked = [',
      '        roc_auc_score(actual == name, probabilities[:, index])',
      '        for index, name in enumerate(classes)',
      '        if 0 < (actual == name).sum() < len(actual)',
      '    ]',
      '    return {',
      '        "roc_auc": np.mean(ranked),',
      '        "log_loss": log_loss(actual, probabilities, labels=classes),',
      '        "f1": f1_score(actual, predicted, **macro),',
      '        "accuracy": accuracy_score(actual, predicted),',
      '        "precision": precision_score(actual, predicted, **macro),',
      '        "recall": recall_score(actual, predicted, **macro),',
      '    }',
      '',
      '',
      'held_out = pd.DataFrame(0.0, index=y.index, columns=classes)',
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
