import { createHash } from 'node:crypto'
import { buffer } from 'node:stream/consumers'
import { AppError, type Ctx } from '../core/index.ts'
import { getLoggedModel, joinUri, readArtifact, type Run } from '../tracking/index.ts'
import { comparePredictions, type PredictionInput } from './predictions.ts'
import type { Compared, Difference } from './types.ts'

export interface TwoRuns {
  readonly original: Run
  readonly replayed: Run
}

export interface Comparison {
  readonly differences: readonly Difference[]
  readonly compared: Compared
}

/** Holds every parameter, every metric and the model of two runs against each other. */
export async function compareRuns(
  ctx: Ctx,
  { original, replayed }: TwoRuns,
  options: Omit<PredictionInput, 'original' | 'replayed'>,
): Promise<Comparison> {
  const parameters = pair('parameter', paramsOf(original), paramsOf(replayed))
  const metrics = pair('metric', metricsOf(original), metricsOf(replayed))
  const files = {
    original: await findModel(ctx, original),
    replayed: await findModel(ctx, replayed),
  }
  const model: Difference = {
    kind: 'model',
    name: 'file',
    original: files.original?.sha256 ?? missing,
    replayed: files.replayed?.sha256 ?? missing,
  }
  const predictions =
    files.original && files.replayed && isDifferent(model)
      ? await comparePredictions(ctx, {
          ...options,
          original: files.original.folder,
          replayed: files.replayed.folder,
        })
      : undefined
  const all = [...parameters, ...metrics, model].filter(isDifferent)
  if (predictions && predictions.different > 0) {
    const { rows, different, max_difference: most } = predictions
    const replayedSays = `${different} of ${rows} rows, by up to ${most}`
    all.push({ kind: 'predictions', name: 'of the rows', original: '', replayed: replayedSays })
  }
  return {
    differences: all,
    compared: {
      parameters: parameters.length,
      metrics: metrics.length,
      model: files.original?.sha256,
      predictions,
    },
  }
}

function isDifferent({ original, replayed }: Difference): boolean {
  return original !== replayed
}

type Pairs = readonly (readonly [string, string])[]

const missing = 'missing'

function paramsOf({ params }: Run): Pairs {
  return params.map(({ key, value }) => [key, value])
}

/** Times are no part of a result. */
const timing = /(^|_)(seconds|duration|time)(_|$)/

function metricsOf({ metrics }: Run): Pairs {
  return metrics.flatMap(({ key, value }) => (timing.test(key) ? [] : [[key, String(value)]]))
}

function pair(kind: 'parameter' | 'metric', original: Pairs, replayed: Pairs): Difference[] {
  const before = new Map(original)
  const after = new Map(replayed)
  const names = [...new Set([...before.keys(), ...after.keys()])].sort()
  return names.map((name) => ({
    kind,
    name,
    original: before.get(name) ?? missing,
    replayed: after.get(name) ?? missing,
  }))
}

interface FoundModel {
  /** Artifact URI of the model's folder. */
  readonly folder: string
  readonly sha256: string
}

const modelFiles = ['model.pkl', 'model.skops']

async function findModel(ctx: Ctx, run: Run): Promise<FoundModel | undefined> {
  const [output] = run.modelOutputs
  if (!output) return undefined
  const { artifactUri } = await getLoggedModel(ctx, output.modelId)
  for (const file of modelFiles) {
    const content = await readIfThere(ctx, joinUri(artifactUri, file))
    if (content) {
      return {
        folder: artifactUri,
        sha256: createHash('sha256').update(content).digest('hex'),
      }
    }
  }
  return undefined
}

async function readIfThere(ctx: Ctx, uri: string): Promise<Buffer | undefined> {
  try {
    return await buffer(await readArtifact(ctx, uri))
  } catch (error) {
    if (error instanceof AppError && error.status === 404) return undefined
    throw error
  }
}
