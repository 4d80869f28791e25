import { createHash } from 'node:crypto'
import { buffer } from 'node:stream/consumers'
import { getTrial, rerunTrial } from '../automl/index.ts'
import { AppError, type Ctx } from '../core/index.ts'
import { getVersion } from '../registry/index.ts'
import { getLoggedModel, getRun, readArtifact, type Run } from '../tracking/index.ts'
import { provenanceErrors } from './errors.ts'
import { parseVersionNode } from './node.ts'

export interface Difference {
  /** `metric cv_roc_auc`, `parameter learning_rate`, `model file`. */
  readonly what: string
  readonly original: string
  readonly replayed: string
}

export interface Replay {
  readonly node: string
  readonly originalRun: string
  readonly replayRun: string
  readonly identical: boolean
  readonly differences: readonly Difference[]
  /** What was held equal: data, environment, seed, and how many values were compared. */
  readonly pins: Readonly<Record<string, unknown>>
  readonly compared: number
}

/** Trains a version again from its pins and compares every parameter, every metric and the model. */
export async function replayVersion(ctx: Ctx, asked: string): Promise<Replay> {
  const { name, version: number } = parseVersionNode(asked)
  const { runId } = await getVersion(ctx, { name, version: number })
  const node = `model:${name}/${number}`
  const { search, environment } = await getTrial(ctx, { runId }).catch((error: unknown) => {
    if (error instanceof AppError && error.status === 404) {
      throw provenanceErrors.PROVENANCE_NO_RECIPE(node)
    }
    throw error
  })
  const rerun = await rerunTrial(ctx, { runId })
  const original = await getRun(ctx, runId)
  const replayed = await getRun(ctx, rerun.runId)
  const values = rerun.failure === undefined ? await compareRuns(ctx, original, replayed) : []
  const failed = { what: 'training', original: 'finished', replayed: rerun.failure ?? '' }
  const differences =
    rerun.failure === undefined ? values.filter((v) => v.original !== v.replayed) : [failed]
  return {
    node,
    originalRun: runId,
    replayRun: rerun.runId,
    identical: differences.length === 0,
    differences,
    pins: {
      table: `${search.data.table}@${search.data.version}`,
      data_sha256: search.data.sha256,
      environment,
      seed: search.spec.seed,
    },
    compared: values.length,
  }
}

async function compareRuns(ctx: Ctx, original: Run, replayed: Run): Promise<Difference[]> {
  const metrics = pair(
    'metric',
    original.metrics.map((m) => [m.key, String(m.value)]),
    replayed.metrics.map((m) => [m.key, String(m.value)]),
  )
  const parameters = pair(
    'parameter',
    original.params.map((p) => [p.key, p.value]),
    replayed.params.map((p) => [p.key, p.value]),
  )
  const model = {
    what: 'model file',
    original: await hashModel(ctx, original),
    replayed: await hashModel(ctx, replayed),
  }
  return [...parameters, ...metrics, model]
}

type Pairs = readonly (readonly [string, string])[]

/** Times are no part of a result. */
const timing = /(^|_)(seconds|duration|time)(_|$)/

function pair(kind: string, original: Pairs, replayed: Pairs): Difference[] {
  const before = new Map(original)
  const after = new Map(replayed)
  const keys = [...new Set([...before.keys(), ...after.keys()])].filter((key) => !timing.test(key))
  return keys.sort().map((key) => ({
    what: `${kind} ${key}`,
    original: before.get(key) ?? 'missing',
    replayed: after.get(key) ?? 'missing',
  }))
}

const modelFiles = ['model.pkl', 'model.skops']

async function hashModel(ctx: Ctx, run: Run): Promise<string> {
  const [output] = run.modelOutputs
  if (!output) return 'no model'
  const { artifactUri } = await getLoggedModel(ctx, output.modelId)
  for (const file of modelFiles) {
    const content = await readArtifact(ctx, `${artifactUri}/${file}`)
      .then(buffer)
      .catch(() => undefined)
    if (content) return createHash('sha256').update(content).digest('hex')
  }
  return 'no model file'
}
