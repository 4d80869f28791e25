import { text } from 'node:stream/consumers'
import type { Ctx } from '../core/index.ts'
import { getRun, joinUri, readArtifact } from '../tracking/index.ts'
import { automlErrors } from './errors.ts'
import { findLearner } from './learners/all.ts'
import { trialFileName } from './notebooks/trial-notebook.ts'
import { getSearch } from './search-reads.ts'
import { dataArtifact } from './search-plan.ts'
import { findTrialByRun } from './trial-store.ts'
import type { Search, Trial } from './types.ts'

/** Everything that it takes to run a trial again. */
export interface TrialRecipe {
  readonly trial: Trial
  readonly search: Search
  /** The notebook as it was before it was executed. */
  readonly notebook: string
  /** Hash of the environment that it ran in. */
  readonly environment: string | undefined
  /** Artifact of the search's run: the rows as a Parquet file. */
  readonly dataArtifact: string
}

/** The trial of an MLflow run. */
export async function getTrial(ctx: Ctx, input: { readonly runId: string }): Promise<TrialRecipe> {
  const trial = await findTrialByRun(ctx.db, input.runId)
  if (!trial) throw automlErrors.AUTOML_TRIAL_NOT_FOUND(input.runId)
  const { search } = await getSearch(ctx, trial.searchId)
  return {
    trial,
    search,
    notebook: await readNotebook(ctx, trial),
    environment: search.environment,
    dataArtifact,
  }
}

async function readNotebook(ctx: Ctx, trial: Trial): Promise<string> {
  const learner = findLearner(trial.learner)
  if (!learner) throw automlErrors.AUTOML_TRIAL_NOT_FOUND(trial.runId)
  const run = await getRun(ctx, trial.runId)
  const fileName = `${trialFileName({ number: trial.number, learner, point: trial.point })}.ipynb`
  const executed = await text(await readArtifact(ctx, joinUri(run.info.artifactUri, fileName)))
  return withoutOutputs(executed)
}

interface NotebookDocument {
  readonly cells: readonly Readonly<Record<string, unknown>>[]
}

/** The notebook as it was before it was executed. */
export function withoutOutputs(executed: string): string {
  const document = JSON.parse(executed) as NotebookDocument
  const cells = document.cells.map((cell) => ({
    ...cell,
    metadata: {},
    ...(cell['cell_type'] === 'code' ? { execution_count: null, outputs: [] } : {}),
  }))
  return `${JSON.stringify({ ...document, cells }, undefined, 1)}\n`
}
