import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { warmModule } from '../automl/index.ts'
import { launch, waitForExit } from '../compute/index.ts'
import { newId, type Ctx } from '../core/index.ts'
import { downloadArtifacts, getRun, joinUri } from '../tracking/index.ts'
import type { PredictionComparison } from './types.ts'

export interface PredictionInput {
  /** Artifact URIs of the two models' folders. */
  readonly original: string
  readonly replayed: string
  readonly rows: { readonly runId: string; readonly artifact: string }
  /** Hash of the environment that both were trained in. */
  readonly environment: string
  readonly signal: AbortSignal
}

const timeLimitMs = 600_000

/** What both models say of the rows they learned from; undefined when they cannot be asked. */
export async function comparePredictions(
  ctx: Ctx,
  input: PredictionInput,
): Promise<PredictionComparison | undefined> {
  const folder = await mkdtemp(join(tmpdir(), 'millrace-replay-'))
  try {
    const { info } = await getRun(ctx, input.rows.runId)
    const [original, replayed] = [join(folder, 'original'), join(folder, 'replayed')]
    await downloadArtifacts(ctx, input.original, original)
    await downloadArtifacts(ctx, input.replayed, replayed)
    const [file = ''] = await downloadArtifacts(
      ctx,
      joinUri(info.artifactUri, input.rows.artifact),
      folder,
    )
    const attemptId = `compare-${newId()}`
    await launch(ctx, {
      attemptId,
      environment: input.environment,
      entry: {
        kind: 'module',
        module: 'millrace_worker.compare_models',
        function: 'compare_models',
        args: [original, replayed, join(folder, file)],
      },
      env: {},
      preload: [warmModule],
      limits: { wallMs: timeLimitMs },
    })
    const exit = await waitForExit(ctx, attemptId, input.signal)
    if (exit.error) ctx.log.warn({ err: exit.error }, 'Predictions could not be compared')
    return exit.result as PredictionComparison | undefined
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
