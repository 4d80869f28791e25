import { createHash } from 'node:crypto'
import { getTrial, openRerun, type TrialRecipe } from '../automl/index.ts'
import { getEnvironment } from '../compute/index.ts'
import { AppError, inTransaction, newId, type Ctx } from '../core/index.ts'
import { getVersion, type ModelVersion } from '../registry/index.ts'
import { provenanceErrors } from './errors.ts'
import { parseVersionNode } from './node.ts'
import { attendReplay } from './replay-state.ts'
import { findReplay, insertReplay } from './replay-store.ts'
import { readTablePin } from './table-pins.ts'
import type { Pins, Replay } from './types.ts'

/** Begins to train a version again from its pins; `getReplay` says what came of it. */
export async function startReplay(ctx: Ctx, asked: string): Promise<Replay> {
  const { name, version: number } = parseVersionNode(asked)
  const version = await getVersion(ctx, { name, version: number })
  const recipe = await findRecipe(ctx, version)
  const pins = await readPins(ctx, recipe)
  const id = newId()
  await inTransaction(ctx, async (tx) => {
    const replayRun = await openRerun(tx, { runId: version.runId, attemptId: attemptOf(id) })
    await insertReplay(tx.db, {
      id,
      model: name,
      version: number,
      originalRun: version.runId,
      replayRun,
      pins,
      principal: tx.principal.name,
      createdAt: tx.now(),
    })
  })
  attendReplay(ctx, id)
  return getReplay(ctx, id)
}

export async function getReplay(ctx: Ctx, id: string): Promise<Replay> {
  const replay = await findReplay(ctx.db, id)
  if (!replay) throw provenanceErrors.PROVENANCE_REPLAY_NOT_FOUND(id)
  return replay
}

/** The process that trains again. */
export function attemptOf(replayId: string): string {
  return `replay-${replayId}`
}

async function findRecipe(ctx: Ctx, version: ModelVersion): Promise<TrialRecipe> {
  const node = `model:${version.name}/${version.version}`
  if (version.runId === '') throw provenanceErrors.PROVENANCE_NO_RECIPE(node)
  return getTrial(ctx, { runId: version.runId }).catch((error: unknown) => {
    if (error instanceof AppError && error.status === 404) {
      throw provenanceErrors.PROVENANCE_NO_RECIPE(node)
    }
    throw error
  })
}

async function readPins(ctx: Ctx, recipe: TrialRecipe): Promise<Pins> {
  const { search, trial, notebook, environment = '' } = recipe
  const { table, version, rows, sha256 = '' } = search.data
  const { lock } = await getEnvironment(ctx, environment)
  const { gone } = await readTablePin(ctx, `${table}@${version}`)
  return {
    table,
    tableVersion: version,
    rows,
    rowsSha256: sha256,
    tableGone: gone,
    code: trial.notebookPath ?? `trial ${trial.number} of ${search.name}`,
    codeSha256: createHash('sha256').update(notebook).digest('hex'),
    environment,
    packages: countPackages(lock),
    seed: search.spec.seed,
  }
}

/** A lock has one package a line. */
export function countPackages(lock: string): number {
  return lock.split('\n').filter((line) => line.trim() !== '').length
}
