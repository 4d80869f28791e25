import type { Task } from '../types.ts'

import { categoriesOf, type Evaluation } from './evaluation-contract.ts'
import { importanceCells } from './importance.ts'
import { code, markdown } from './notebook.ts'

export function regressionEvaluation(task: Task): Evaluation {
  return {
    imports: [
      'from sklearn.metrics import mean_absolute_error, mean_squared_error, r2_score',
      'from sklearn.model_selection import KFold',
    ],
    crossValidate: [
      markdown(
        '## Cross-validate',
        '',
        'Every row is predicted once, by a model that has not seen it.',
      ),
      code(
        'def predict(model, rows):',
        '    return model.predict(rows)',
        '',
        '',
        'def judge(actual, predicted):',
        '    """What this search is after."""',
        `    return score(actual, predicted)["${task.metric}"]`,
        '',
        '',
        'def score(actual, predicted):',
        '    mse = mean_squared_error(actual, predicted)',
        '    return {',
        '        "r2": r2_score(actual, predicted),',
        '        "rmse": mse**0.5,',
        '        "mae": mean_absolute_error(actual, predicted),',
        '        "mse": mse,',
        '    }',
        '',
        '',
        'held_out = pd.Series(0.0, index=y.index)',
        'scores = []',
        'for train, test in KFold(FOLDS, shuffle=True, random_state=SEED).split(X):',
        '    fitted = clone(model).fit(X.iloc[train], y.iloc[train])',
        '    held_out.iloc[test] = predict(fitted, X.iloc[test])',
        '    scores.append(score(y.iloc[test], held_out.iloc[test]))',
        'scores = pd.DataFrame(scores)',
        'scores.agg(["mean", "std"]).round(4)',
      ),
    ],
    importance: importanceCells(task.metric),
    mistakes: [
      markdown('## Where it is wrong', '', 'From the held-out predictions.'),
      code(
        'figure, (left, right) = plt.subplots(1, 2, figsize=(9, 3.6))',
        'left.scatter(held_out, y, s=4, alpha=0.5)',
        'left.axline((y.mean(), y.mean()), slope=1, color="grey", linewidth=1)',
        'left.set(xlabel="predicted", ylabel=TARGET)',
        'right.hist(y - held_out, bins=40)',
        'right.set(xlabel=f"{TARGET} - predicted")',
        'plt.tight_layout()',
      ),
      ...errorsByGroup(categoriesOf(task)),
    ],
  }
}

function errorsByGroup(categories: readonly string[]): Evaluation['mistakes'] {
  if (categories.length === 0) return []
  return [
    markdown('### Where it is weak', '', 'Mean absolute error by the values of the categories.'),
    code(
      'errors = (y - held_out).abs()',
      'groups = [',
      '    errors.groupby(X[column].astype(str)).agg(["size", "mean"]).assign(column=column)',
      `    for column in ${JSON.stringify(categories)}`,
      ']',
      'pd.concat(groups).query("size >= 20").sort_values("mean", ascending=False).head(10).round(3)',
    ),
  ]
}
