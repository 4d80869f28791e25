import { metrics, type MetricName } from '../metrics.ts'
import { code, markdown, type Cell } from './notebook.ts'

const sampleRows = 300

/** Permutation importance on held-out rows, all columns in one call of the model. */
export function importanceCells(metric: MetricName): Cell[] {
  const worse = metrics[metric].greaterIsBetter
    ? 'judged[0] - np.array(judged[1:])'
    : 'np.array(judged[1:]) - judged[0]'
  return [
    markdown(
      '## What matters',
      '',
      `How much worse \`${metric}\` gets on rows that the model has not seen when a column is`,
      'shuffled: what the column really contributes. Two columns that say the same hide each other.',
    ),
    code(
      `unseen = X.iloc[test].sample(min(${sampleRows}, len(test)), random_state=SEED)`,
      'rng = np.random.default_rng(SEED)',
      'shuffled = pd.concat(',
      '    [unseen]',
      '    + [',
      '        unseen.assign(**{column: unseen[column].to_numpy()[rng.permutation(len(unseen))]})',
      '        for column in X.columns',
      '    ]',
      ')',
      'parts = np.split(predict(fitted, shuffled), len(X.columns) + 1)',
      'judged = [judge(y.loc[unseen.index], part) for part in parts]',
      `importance = pd.Series(${worse}, index=X.columns)`,
      'importance = importance.sort_values(ascending=False)',
      `importance.head(15)[::-1].plot.barh(figsize=(6, 3.5), xlabel="${metric}");`,
    ),
  ]
}

/** The held-out score in every group of rows that share a category: where the model is weak. */
export function sliceCells(metric: MetricName, categories: readonly string[]): Cell[] {
  if (categories.length === 0) return []
  const ascending = metrics[metric].greaterIsBetter ? 'True' : 'False'
  return [
    markdown(
      '### Where it is weak',
      '',
      `\`${metric}\` on held-out rows, by the values of the categories, worst first.`,
    ),
    code(
      'groups = [',
      `    {"column": column, "value": value, "rows": len(rows), "${metric}": judge(y.loc[rows], held_out.loc[rows])}`,
      `    for column in ${JSON.stringify(categories)}`,
      '    for value, rows in X.groupby(column, observed=True).groups.items()',
      '    if len(rows) >= 50 and y.loc[rows].nunique() == y.nunique()',
      ']',
      'weak = pd.DataFrame(groups)',
      `weak.sort_values("${metric}", ascending=${ascending}).head(10).round(3) if groups else "too few rows"`,
    ),
  ]
}
