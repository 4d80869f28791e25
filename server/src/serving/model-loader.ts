/**
 * From a registered version to a model that answers:
 *
 *   files downloaded → MLmodel read → converted (once, in the model's own environment)
 *     → parity proven: ONNX in this process
 *     → anything else: worker processes, with the reason recorded
 *
 * Files and the verdict stay in the data folder, named by where the version's files are, so a
 * restart loads without downloading or converting again.
 */
import { createHash } from 'node:crypto'
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { getEnvironment, launch, waitForExit } from '../compute/index.ts'
import { newId, systemPrincipal, type Ctx } from '../core/index.ts'
import { downloadVersion, getVersion, setVersionTag, versionSourceUri } from '../registry/index.ts'
import { parseConversion, type Conversion } from './conversion.ts'
import { servingErrors } from './errors.ts'
import { FlavourKind, type Flavour } from './flavours/flavour.ts'
import { openOnnx } from './flavours/onnx.ts'
import { openPyfunc } from './flavours/pyfunc.ts'
import { planInputs, type InputPlan } from './input-plan.ts'
import { findModelEnvironment, Purpose, type ModelEnvironment } from './model-environment.ts'
import { parseModelFile, type ModelFile } from './signature.ts'
import { labelOf, WorkloadSize, type EntitySpec, type ModelRef } from './types.ts'

const convertTimeoutMs = 10 * 60_000
const workers: Readonly<Record<WorkloadSize, number>> = { Small: 1, Medium: 2, Large: 4 }

/** How a model is to run; the defaults are a batch scoring's. */
export type RunOptions = Pick<EntitySpec, 'workloadSize' | 'scaleToZero' | 'environmentVars'>

export const defaultRunOptions: RunOptions = {
  workloadSize: WorkloadSize.Small,
  scaleToZero: false,
  environmentVars: {},
}

export interface LoadedModel extends AsyncDisposable {
  readonly ref: ModelRef
  /** `churn/3` */
  readonly label: string
  readonly file: ModelFile
  readonly plan: InputPlan
  readonly conversion: Conversion
  readonly flavour: Flavour
}

export interface LoadModelInput {
  readonly ref: ModelRef
  readonly options: RunOptions
  /** Work in hand by folder, so that two loads of one version download and convert it once. */
  readonly preparing: Map<string, Promise<PreparedModel>>
}

export async function loadModel(caller: Ctx, input: LoadModelInput): Promise<LoadedModel> {
  const ctx = { ...caller, principal: systemPrincipal }
  const { ref, options, preparing } = input
  await getVersion(ctx, ref)
  const folder = await modelFolder(ctx, ref)
  const prepared = await once(preparing, folder, () => prepareModel(ctx, ref, folder))
  const { label, file, conversion } = prepared
  const flavour = await openFlavour(ctx, prepared, options)
  return {
    ref,
    label,
    file,
    plan: planInputs(file),
    conversion,
    flavour,
    [Symbol.asyncDispose]: () => flavour[Symbol.asyncDispose](),
  }
}

async function once<T>(
  inHand: Map<string, Promise<T>>,
  key: string,
  work: () => Promise<T>,
): Promise<T> {
  const known = inHand.get(key)
  if (known) return known
  const started = work().finally(() => inHand.delete(key))
  inHand.set(key, started)
  return started
}

async function prepareModel(ctx: Ctx, ref: ModelRef, folder: string): Promise<PreparedModel> {
  const label = labelOf(ref)
  const modelDir = join(folder, 'model')
  await download(ctx, ref, modelDir)
  const file = parseModelFile(await readModelFile(modelDir, label), label)
  const place = { ref, label, folder, modelDir, file }
  return { ...place, conversion: (await findConversion(folder)) ?? (await convert(ctx, place)) }
}

interface ModelPlace {
  readonly ref: ModelRef
  readonly label: string
  readonly folder: string
  readonly modelDir: string
  readonly file: ModelFile
}

/** A version whose files are here, with the verdict on them. */
export interface PreparedModel extends ModelPlace {
  readonly conversion: Conversion
}

// A name can be given again after a model was deleted, so the folder is named by the files' place.
async function modelFolder(ctx: Ctx, ref: ModelRef): Promise<string> {
  const uri = await versionSourceUri(ctx, ref)
  const hash = createHash('sha256')
    .update(`${labelOf(ref)}\n${uri}`)
    .digest('hex')
    .slice(0, 24)
  return join(ctx.config.dataDir, 'serving', 'models', hash)
}

async function download(ctx: Ctx, ref: ModelRef, modelDir: string): Promise<void> {
  const isThere = await readFile(join(modelDir, 'MLmodel')).then(
    () => true,
    () => false,
  )
  if (isThere) return
  const partial = `${modelDir}.${newId()}`
  await mkdir(partial, { recursive: true })
  try {
    await downloadVersion(ctx, ref, partial)
    await rm(modelDir, { recursive: true, force: true })
    await rename(partial, modelDir)
  } finally {
    await rm(partial, { recursive: true, force: true })
  }
}

async function readModelFile(modelDir: string, label: string): Promise<string> {
  return readFile(join(modelDir, 'MLmodel'), 'utf8').catch((cause: unknown) => {
    throw servingErrors
      .SERVING_SIGNATURE_INVALID(label, 'its files have no MLmodel file; log it with MLflow')
      .with({ cause })
  })
}

const verdictFile = 'conversion.json'

async function findConversion(folder: string): Promise<Conversion | undefined> {
  const text = await readFile(join(folder, verdictFile), 'utf8').catch(() => undefined)
  return text === undefined ? undefined : parseConversion(JSON.parse(text))
}

async function convert(ctx: Ctx, place: ModelPlace): Promise<Conversion> {
  const { folder, ref, label } = place
  const output = join(folder, 'onnx')
  await mkdir(output, { recursive: true })
  const verdict = await runConversion(ctx, place, output)
  await writeFile(join(folder, `${verdictFile}.new`), JSON.stringify(verdict, undefined, 2))
  await rename(join(folder, `${verdictFile}.new`), join(folder, verdictFile))
  await setVersionTag(ctx, ref, { key: 'millrace.serving.flavour', value: verdict.flavour })
  await setVersionTag(ctx, ref, { key: 'millrace.serving.report', value: summarise(verdict) })
  ctx.log.info({ model: label, flavour: verdict.flavour }, 'model converted')
  return verdict
}

/** The whole report is in the data folder; a tag holds what a reader asks first. */
function summarise(verdict: Conversion): string {
  const { seconds, versions } = verdict
  if (verdict.flavour === FlavourKind.Pyfunc) {
    return JSON.stringify({ reason: verdict.reason.slice(0, 2000), seconds, versions })
  }
  const { rows, tolerance, max_difference, label_mismatches } = verdict.parity
  return JSON.stringify({
    parity: { rows, tolerance, max_difference, label_mismatches },
    seconds,
    versions,
  })
}

async function runConversion(ctx: Ctx, place: ModelPlace, output: string): Promise<Conversion> {
  const { ref, modelDir, file } = place
  const failed = (reason: string): Conversion => ({
    flavour: FlavourKind.Pyfunc,
    format: 1,
    reason,
    seconds: 0,
    versions: {},
  })
  const obstacle = findObstacle(file)
  if (obstacle !== undefined) return failed(obstacle)
  const attemptId = `convert-${newId()}`
  try {
    const environment = await findModelEnvironment(ctx, {
      model: ref,
      modelDir,
      purpose: Purpose.Convert,
    })
    await launch(ctx, {
      attemptId,
      environment: environment.hash,
      preload: environment.preload,
      entry: {
        kind: 'module',
        module: 'millrace_serving.convert',
        function: 'convert_model',
        args: [modelDir, output, conversionRequest(file)],
      },
      env: {},
      limits: { wallMs: convertTimeoutMs },
    })
  } catch (error) {
    return failed(`the conversion could not start: ${(error as Error).message}`)
  }
  const exit = await waitForExit(ctx, attemptId)
  const verdict = parseConversion(exit.result)
  if (verdict) return verdict
  const how = exit.error ? `${exit.error.type}: ${exit.error.message}` : exit.reason
  return failed(`the conversion ended without a verdict: ${how}`)
}

const convertible = ['sklearn', 'lightgbm', 'xgboost']

/** What can be said before a process is started for it. */
function findObstacle(file: ModelFile): string | undefined {
  if (file.inputs.kind === 'none') return 'the model has no signature'
  if (file.params.length > 0) return 'the model takes parameters'
  if (!convertible.some((flavor) => flavor in file.flavors)) {
    return `no converter for flavors ${Object.keys(file.flavors).join(', ')}`
  }
  if (file.inputExample === undefined) {
    return 'the model has no input example to prove a conversion on; log it with input_example'
  }
  return undefined
}

function conversionRequest(file: ModelFile): Record<string, unknown> {
  return {
    inputs: file.inputs,
    flavors: file.flavors,
    predict_fn: file.predictFn,
    input_example: file.inputExample,
  }
}

async function openFlavour(
  ctx: Ctx,
  prepared: PreparedModel,
  options: RunOptions,
): Promise<Flavour> {
  const { conversion, label, folder, modelDir, file, ref } = prepared
  if (conversion.flavour === FlavourKind.Onnx) {
    const columns =
      file.inputs.kind === 'columns' ? file.inputs.columns.map((c) => c.name) : undefined
    const path = join(folder, 'onnx', 'model.onnx')
    return openOnnx({ model: label, path, conversion, columns })
  }
  return openPyfunc(ctx, {
    model: label,
    modelDir,
    file,
    environment: await predictEnvironment(ctx, { ref, folder, modelDir }),
    processes: workers[options.workloadSize],
    idleMs: options.scaleToZero ? 30 * 60_000 : undefined,
    env: options.environmentVars,
  })
}

const environmentFile = 'environment.json'

/**
 * The environment that the version ran in before: what is served changes with its version, not with
 * what was released meanwhile, and a restart resolves nothing. Found anew when that one is gone.
 */
async function predictEnvironment(
  ctx: Ctx,
  { ref, folder, modelDir }: Pick<ModelPlace, 'ref' | 'folder' | 'modelDir'>,
): Promise<ModelEnvironment> {
  const path = join(folder, environmentFile)
  const text = await readFile(path, 'utf8').catch(() => undefined)
  const kept = text === undefined ? undefined : (JSON.parse(text) as ModelEnvironment)
  const isThere = kept && (await getEnvironment(ctx, kept.hash).catch(() => undefined))
  if (kept && isThere) return kept
  const purpose = Purpose.Predict
  const found = await findModelEnvironment(ctx, { model: ref, modelDir, purpose })
  await writeFile(`${path}.new`, JSON.stringify(found))
  await rename(`${path}.new`, path)
  return found
}
