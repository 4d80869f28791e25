import { ColumnKind, type ColumnKind as Kind } from '../types.ts'
import { code, escapeMarkdown, formatNotebook, markdown, type Cell } from './notebook.ts'
import type { SearchPlan } from './plan.ts'
import { listOf, python } from './python.ts'
import { connect, experimentUrl, howToRunAgain, loadData, runUrl } from './shared-cells.ts'

export const explorationFileName = 'data-exploration'

const mostPlots = 12

/** What the data is like: types, gaps, distributions, and which columns know too much. */
export function explorationNotebook(plan: SearchPlan): string {
  return formatNotebook([
    header(plan),
    setUp(plan),
    ...loadData(plan),
    ...overview(plan),
    ...target(plan),
    ...numbers(plan),
    ...categories(plan),
    ...strengths(plan),
    ...repetitions(plan),
  ])
}

function header(plan: SearchPlan): Cell {
  const { data, task } = plan
  return markdown(
    `# What is in ${escapeMarkdown(data.table)}`,
    '',
    `Version ${data.version}, before anything is learned about **${escapeMarkdown(task.target)}**.`,
    '',
    `[All trials](${experimentUrl(plan)}) · [the search](${runUrl(plan, data.runId)})`,
    '',
    ...howToRunAgain(plan, []),
  )
}

function setUp(plan: SearchPlan): Cell {
  const { task } = plan
  return code(
    'import hashlib',
    'import os',
    'import matplotlib.pyplot as plt',
    'import mlflow',
    'import numpy as np',
    'import pandas as pd',
    'from sklearn.model_selection import cross_val_score',
    'from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor',
    '',
    ...connect(plan),
    '',
    `TARGET = ${python(task.target)}`,
    ...listOf('NUMBERS', named(plan, [ColumnKind.Numeric])),
    ...listOf('CATEGORIES', named(plan, [ColumnKind.Boolean, ColumnKind.Categorical])),
    ...listOf(
      'FEATURES',
      task.features.map(({ name }) => name),
    ),
  )
}

function named({ task }: SearchPlan, kinds: readonly Kind[]): string[] {
  return task.features.filter(({ kind }) => kinds.includes(kind)).map(({ name }) => name)
}

function overview(plan: SearchPlan): Cell[] {
  const kinds = Object.fromEntries([
    ...plan.task.features.map(({ name, kind }) => [name, kind]),
    ...plan.dropped.map(({ name, reason }) => [name, `left out: ${reason}`]),
    [plan.task.target, 'target'],
  ])
  return [
    markdown(
      '## Columns',
      '',
      'How each is understood, how much of it is missing, how varied it is.',
    ),
    code(
      `kinds = ${python(kinds)}`,
      'pd.DataFrame(',
      '    {',
      '        "type": data.dtypes.astype(str),',
      '        "understood as": pd.Series(kinds),',
      '        "missing": data.isna().sum(),',
      '        "different values": data.nunique(),',
      '        "example": data.apply(lambda column: column.dropna().iloc[0] if column.notna().any() else None),',
      '    }',
      ').loc[data.columns]',
    ),
  ]
}

function target({ task }: SearchPlan): Cell[] {
  if (task.problem === 'regression') {
    return [
      markdown('## The target'),
      code(
        'data[TARGET].plot.hist(bins=40, figsize=(6, 3), title=TARGET)',
        'data[TARGET].describe()',
      ),
    ]
  }
  return [
    markdown(
      '## The target',
      '',
      'When one class is rare, accuracy says little: always naming the common one looks good.',
    ),
    code(
      'counts = data[TARGET].value_counts()',
      'pd.DataFrame({"rows": counts, "share": (counts / len(data)).round(4)})',
    ),
  ]
}

function numbers(plan: SearchPlan): Cell[] {
  const names = named(plan, [ColumnKind.Numeric])
  if (names.length === 0) return []
  const histogram =
    plan.task.problem === 'regression'
      ? ['    axes.hist(data[column].dropna(), bins=30)']
      : [
          '    for label in counts.index[:5]:',
          '        rows = data.loc[data[TARGET] == label, column].dropna()',
          '        axes.hist(rows, bins=30, density=True, alpha=0.5, label=str(label))',
        ]
  return [
    markdown('## Numbers'),
    code('data[NUMBERS].describe().T.round(3)'),
    code(
      `shown = NUMBERS[:${mostPlots}]`,
      'figure, grid = plt.subplots(-(-len(shown) // 4), min(4, len(shown)), squeeze=False, figsize=(11, 2.4 * -(-len(shown) // 4)))',
      'for axes, column in zip(grid.flat, shown):',
      ...histogram,
      '    axes.set_title(column, fontsize=9)',
      ...(plan.task.problem === 'regression' ? [] : ['grid.flat[0].legend(fontsize=7)']),
      'plt.tight_layout()',
    ),
  ]
}

function categories(plan: SearchPlan): Cell[] {
  const { task } = plan
  if (named(plan, [ColumnKind.Boolean, ColumnKind.Categorical]).length === 0) return []
  const isRegression = task.problem === 'regression'
  const title = isRegression ? 'mean of the target' : 'share of the class'
  return [
    markdown('## Categories', '', `How the ${title} differs between their values.`),
    code(
      `value = ${valueOf(plan)}`,
      'table = pd.concat(',
      '    {',
      '        column: value.groupby(data[column].astype(str)).agg(["size", "mean"])',
      '        for column in CATEGORIES',
      '    }',
      ')',
      `table = table.rename(columns={"size": "rows", "mean": ${python(title)}})`,
      'table.rename_axis(["column", "value"]).round(3)',
    ),
  ]
}

/** What a mean is taken of: the target, or whether it is the class that people look for. */
function valueOf({ task }: SearchPlan): string {
  if (task.problem === 'regression') return 'data[TARGET]'
  if (task.positiveLabel === undefined) return 'data[TARGET] == counts.index[0]'
  return `data[TARGET] == ${python(task.positiveLabel)}`
}

function strengths({ task }: SearchPlan): Cell[] {
  const isRegression = task.problem === 'regression'
  const [tree, scoring, suspicious] = isRegression
    ? ['DecisionTreeRegressor', 'r2', '0.95']
    : ['DecisionTreeClassifier', task.labels.length === 2 ? 'roc_auc' : 'roc_auc_ovr', '0.97']
  return [
    markdown(
      '## What each column says alone',
      '',
      `Cross-validated \`${scoring}\` of a small tree on one column. A column that is almost perfect`,
      'alone is suspect: it may have been filled in *after* the outcome was known, and will not be',
      'there when the model is used.',
    ),
    code(
      'def alone(column):',
      '    codes = data[column]',
      '    if not pd.api.types.is_numeric_dtype(codes):',
      '        codes = pd.Series(pd.factorize(codes, sort=True)[0], index=codes.index)',
      `    tree = ${tree}(max_depth=4, min_samples_leaf=20, random_state=0)`,
      '    rows = codes.fillna(codes.min() - 1).to_frame().astype("float64")',
      `    return cross_val_score(tree, rows, data[TARGET], cv=3, scoring="${scoring}").mean()`,
      '',
      '',
      'strength = pd.Series({column: alone(column) for column in FEATURES}).sort_values(ascending=False)',
      'strength.head(20)[::-1].plot.barh(figsize=(6, 4))',
      'plt.tight_layout()',
    ),
    code(
      `suspects = strength[strength > ${suspicious}]`,
      'suspects if len(suspects) else "no column is suspiciously good alone"',
    ),
  ]
}

function repetitions(plan: SearchPlan): Cell[] {
  const pairs = named(plan, [ColumnKind.Numeric]).length < 2 ? [] : [correlations]
  return [
    markdown('## Repetitions', '', 'Rows that occur twice, and numbers that say the same.'),
    code(
      'f"{data[FEATURES + [TARGET]].duplicated().sum()} of {len(data)} rows repeat an earlier one"',
    ),
    ...pairs,
  ]
}

const correlations = code(
  'together = data[NUMBERS].corr(method="spearman").abs()',
  'pairs = together.where(np.triu(np.ones(together.shape, dtype=bool), 1)).stack()',
  'pairs[pairs > 0.8].sort_values(ascending=False).rename("correlation").to_frame().head(20)',
)
