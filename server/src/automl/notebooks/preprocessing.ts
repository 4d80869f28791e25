import type { Learner } from '../learners/learner.ts'
import { columnKinds, preprocessors } from '../preprocessors/all.ts'
import type { ColumnGroup, PreprocessorSource } from '../preprocessors/preprocessor.ts'
import type { FeatureColumn, ImputerStrategy, Task } from '../types.ts'
import { listOf, python } from './python.ts'

export type Imputers = Readonly<Record<string, ImputerStrategy>>

/** Python that leaves a ColumnTransformer in `preprocessor`, and what it says about itself. */
export interface PreprocessingSource {
  readonly imports: readonly string[]
  /** One list of column names per group. */
  readonly columnLines: readonly string[]
  /** The variables of these lists. */
  readonly variables: readonly string[]
  readonly lines: readonly string[]
  readonly says: readonly string[]
}

export function preprocessing(
  task: Task,
  learner: Learner,
  imputers: Imputers,
): PreprocessingSource {
  const groups = groupColumns(task, imputers, learner.scaled)
  const made = groups.map((group) => ({ group, source: sourceOf(group) }))
  const functions = new Set(made.map(({ source }) => source.lines.join('\n')).filter(Boolean))
  return {
    imports: [
      'from sklearn.compose import ColumnTransformer',
      ...made.flatMap(({ source }) => source.imports),
    ],
    columnLines: groups.flatMap(({ variable, columns }) =>
      listOf(
        variable,
        columns.map(({ name }) => name),
      ),
    ),
    variables: groups.map(({ variable }) => variable),
    lines: [
      ...[...functions].flatMap((lines) => [lines, '', '']),
      'preprocessor = ColumnTransformer(',
      '    [',
      ...made
        .flatMap(({ group, source }) => entries(group, source))
        .map((line) => `        ${line}`),
      '    ],',
      '    sparse_threshold=0,',
      '    verbose_feature_names_out=False,',
      ')',
    ],
    says: made.map(({ group, source }) => describe(group, source)),
  }
}

function groupColumns(task: Task, imputers: Imputers, scaled: boolean): ColumnGroup[] {
  const groups = new Map<string, ColumnGroup & { readonly columns: FeatureColumn[] }>()
  for (const kind of columnKinds) {
    for (const column of task.features.filter((feature) => feature.kind === kind)) {
      const imputer = Object.hasOwn(imputers, column.name) ? imputers[column.name] : undefined
      const variable = variableOf(column, imputer)
      const group = groups.get(variable)
      if (group) group.columns.push(column)
      else groups.set(variable, { variable, columns: [column], imputer, scaled, task })
    }
  }
  return [...groups.values()]
}

function variableOf(column: FeatureColumn, imputer: ImputerStrategy | undefined): string {
  const kind = column.kind === 'boolean' && column.isBooleanType ? 'true_or_false' : column.kind
  if (imputer === undefined) return kind
  if (typeof imputer === 'string') return `${kind}_${imputer}`
  return `${kind}_filled_${String(imputer.fill_value).replaceAll(/\W/g, '_')}`
}

function sourceOf(group: ColumnGroup): PreprocessorSource {
  return preprocessors[kindOf(group)].source(group)
}

function kindOf(group: ColumnGroup): FeatureColumn['kind'] {
  return group.columns[0]?.kind ?? 'numeric'
}

function entries(group: ColumnGroup, source: PreprocessorSource): string[] {
  if (!preprocessors[kindOf(group)].oneByOne) {
    return [`("${group.variable}", ${source.transformer}, ${group.variable}),`]
  }
  return group.columns.map(
    ({ name }) =>
      `(${python(`${group.variable}_${name}`)}, ${source.transformer}, ${python(name)}),`,
  )
}

function describe(group: ColumnGroup, source: PreprocessorSource): string {
  return `**${preprocessors[kindOf(group)].title}** (\`${group.variable}\`, ${group.columns.length}): ${source.says}.`
}
