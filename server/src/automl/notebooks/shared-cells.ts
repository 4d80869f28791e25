import { code, escapeMarkdown, markdown, type Cell } from './notebook.ts'
import type { SearchPlan } from './plan.ts'
import { python } from './python.ts'

/** Every package that the notebooks of a search may import. */
const packages = ['mlflow-skinny', 'pandas', 'pyarrow', 'scikit-learn', 'matplotlib']

/** Requirements with exact versions, in the order asked for. */
export function pin(plan: SearchPlan, names: readonly string[]): string[] {
  return names.flatMap((name) => {
    const version = plan.versions[name]
    return version === undefined ? [] : [`${name}==${version}`]
  })
}

export function experimentUrl({ serverUrl, experimentId }: SearchPlan): string {
  return `${serverUrl}/#/experiments/${experimentId}`
}

export function runUrl(plan: SearchPlan, runId: string): string {
  return `${experimentUrl(plan)}/runs/${runId}`
}

export function howToRunAgain(plan: SearchPlan, extra: readonly string[]): string[] {
  return [
    '### To run it again, or to change it',
    '',
    `Nothing here belongs to one platform. In Python ${plan.python}:`,
    '',
    '```bash',
    `pip install ${pin(plan, [...packages, ...extra]).join(' ')}`,
    `export MLFLOW_TRACKING_URI=${plan.serverUrl}`,
    '```',
    '',
    'then run all cells. Change any of them: it is your code from here on.',
  ]
}

export function loadData(plan: SearchPlan): Cell[] {
  const { data } = plan
  const table = escapeMarkdown(data.table)
  const unlabelled =
    plan.unlabelled === 0
      ? []
      : [
          '',
          `${plan.unlabelled} more rows have no ${escapeMarkdown(plan.task.target)}: nothing can be learned from them.`,
        ]
  return [
    markdown(
      '## Load the data',
      '',
      `The ${data.rows} rows of ${table} at version ${data.version}, kept as an artifact of the`,
      "search's own run, so that they are the same whenever and wherever this is run.",
      ...unlabelled,
    ),
    code(
      'path = mlflow.artifacts.download_artifacts(',
      `    run_id=${python(data.runId)}, artifact_path=${python(data.artifactPath)}`,
      ')',
      'with open(path, "rb") as file:',
      '    digest = hashlib.sha256(file.read()).hexdigest()',
      `assert digest == ${python(data.sha256)}, "these are not the rows this was made for"`,
      '',
      'data = pd.read_parquet(path)',
      `assert len(data) == ${data.rows}`,
      'data.head()',
    ),
  ]
}

export function connect(plan: SearchPlan): string[] {
  return [
    `mlflow.set_tracking_uri(os.environ.get("MLFLOW_TRACKING_URI", ${python(plan.serverUrl)}))`,
    `mlflow.set_experiment(experiment_id=${python(plan.experimentId)})`,
  ]
}
