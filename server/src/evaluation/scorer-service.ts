import { randomUUID } from 'node:crypto'
import { readScript, runScript, type Ctx, type Script } from '../core/index.ts'
import { getExperiment, LifecycleStage } from '../tracking/index.ts'
import { evaluationErrors } from './errors.ts'
import {
  deleteScorerRow,
  deleteScorerVersionRow,
  findScorerRow,
  insertScorer,
  insertScorerVersion,
  listNewestScorers,
  listScorerVersionRows,
} from './scorer-store.ts'
import type { ScorerVersion } from './types.ts'

const limits = { name: 256 } as const

export interface NamedScorer {
  readonly experimentId: string
  readonly name: string
}

/** Keeps a scorer as its client wrote it; under a known name it is that scorer's next version. */
export async function registerScorer(
  ctx: Ctx,
  input: NamedScorer & { readonly serialized: string },
): Promise<ScorerVersion> {
  const { name, serialized } = input
  checkName(name)
  checkSerialized(serialized)
  const experiment = await activeExperiment(ctx, input.experimentId)
  const createdAt = ctx.now().getTime()
  return runScript(ctx, function* register(): Script<ScorerVersion> {
    const place = { experiment, name }
    const scorer = (yield* findScorerRow(place)) ?? (yield* insertScorer(place, randomUUID()))
    const version = yield* insertScorerVersion(scorer.id, { serialized, createdAt })
    return { scorerId: scorer.scorer_id, experiment, name, version, serialized, createdAt }
  })
}

function checkName(name: string): void {
  if (name.trim() === '') {
    throw evaluationErrors.EVALUATION_INVALID(
      'Scorer name cannot be empty or contain only whitespace.',
    )
  }
  if (name.length > limits.name) {
    throw evaluationErrors.EVALUATION_INVALID(
      `'name' exceeds the maximum length of ${limits.name} characters`,
    )
  }
}

function checkSerialized(text: string): void {
  try {
    JSON.parse(text)
  } catch (cause) {
    const problem = (cause as SyntaxError).message
    throw evaluationErrors.EVALUATION_INVALID(`'serialized_scorer' is not JSON: ${problem}`)
  }
}

async function activeExperiment(ctx: Ctx, id: string): Promise<number> {
  const experiment = await getExperiment(ctx, id)
  if (experiment.lifecycleStage === LifecycleStage.Active) return Number(experiment.experimentId)
  throw evaluationErrors.EVALUATION_INVALID(
    `The experiment ${id} must be in the 'active' state. Current state is ${experiment.lifecycleStage}.`,
  )
}

/** The newest version of every scorer of the experiments, by experiment and name. */
export async function listScorers(
  ctx: Ctx,
  experimentIds: readonly string[],
): Promise<readonly ScorerVersion[]> {
  const found: ScorerVersion[] = []
  for (const id of new Set(experimentIds)) {
    const experiment = await activeExperiment(ctx, id)
    found.push(...(await readScript(ctx, listNewestScorers(experiment))))
  }
  return found
}

export async function listScorerVersions(
  ctx: Ctx,
  { experimentId, name }: NamedScorer,
): Promise<readonly ScorerVersion[]> {
  const experiment = await activeExperiment(ctx, experimentId)
  const versions = await readScript(ctx, listScorerVersionRows({ experiment, name }))
  if (versions.length > 0) return versions
  throw evaluationErrors.EVALUATION_SCORER_NOT_FOUND(name, experimentId, undefined)
}

/** A version of a scorer, or its newest. */
export async function getScorer(
  ctx: Ctx,
  scorer: NamedScorer,
  version: number | undefined,
): Promise<ScorerVersion> {
  const versions = await listScorerVersions(ctx, scorer)
  const found =
    version === undefined ? versions.at(-1) : versions.find((each) => each.version === version)
  if (found) return found
  throw evaluationErrors.EVALUATION_SCORER_NOT_FOUND(scorer.name, scorer.experimentId, version)
}

/** Deletes a version of a scorer, or all of them. */
export async function deleteScorer(
  ctx: Ctx,
  { experimentId, name }: NamedScorer,
  version: number | undefined,
): Promise<void> {
  const experiment = await activeExperiment(ctx, experimentId)
  await runScript(ctx, function* remove(): Script<void> {
    const scorer = yield* findScorerRow({ experiment, name })
    const isGone =
      scorer && version !== undefined && !(yield* deleteScorerVersionRow(scorer.id, version))
    if (!scorer || isGone) {
      throw evaluationErrors.EVALUATION_SCORER_NOT_FOUND(name, experimentId, version)
    }
    const left = yield* listScorerVersionRows({ experiment, name })
    if (version === undefined || left.length === 0) yield* deleteScorerRow(scorer.id)
  })
}
