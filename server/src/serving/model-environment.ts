import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ensureEnvironment, getEnvironment } from '../compute/index.ts'
import { listEdges, type Ctx } from '../core/index.ts'
import { getVersion } from '../registry/index.ts'
import type { ModelRef } from './types.ts'

/** What a conversion needs beside the model's own packages. */
const converters = [
  'skl2onnx==1.20.0',
  'onnxmltools==1.16.0',
  "onnxruntime==1.32.0 ; python_version >= '3.11'",
  "onnxruntime==1.23.2 ; python_version < '3.11'",
]
const framePackages = ['pandas']

/** As AutoML has it: a model that was trained there finds that environment's imports done. */
const warmModule = 'millrace_worker.warm_automl'

export const Purpose = { Predict: 'predict', Convert: 'convert' } as const
export type Purpose = (typeof Purpose)[keyof typeof Purpose]

export interface EnvironmentInput {
  readonly model: ModelRef
  readonly modelDir: string
  readonly purpose: Purpose
}

export interface ModelEnvironment {
  /** The environment's hash. */
  readonly hash: string
  /** What its fork server has probably imported already. */
  readonly preload: readonly string[]
}

/**
 * An environment that has what the model was logged with: the one it was trained in
 * when that is known and fits, which costs nothing, otherwise one made from its requirements.
 */
export async function findModelEnvironment(
  ctx: Ctx,
  input: EnvironmentInput,
): Promise<ModelEnvironment> {
  const own = await readRequirements(input.modelDir)
  const more = input.purpose === Purpose.Convert ? [...framePackages, ...converters] : framePackages
  const trained = await trainingEnvironment(ctx, input.model)
  if (trained && satisfies(trained.lock, own) && hasPackages(trained.lock, more)) {
    return { hash: trained.hash, preload: [warmModule] }
  }
  const packages = new Set(own.map(packageName))
  const missing = more.filter((requirement) => !packages.has(packageName(requirement)))
  const { hash } = await ensureEnvironment(ctx, { requirements: [...own, ...missing] })
  return { hash, preload: [] }
}

async function readRequirements(modelDir: string): Promise<string[]> {
  const text = await readFile(join(modelDir, 'requirements.txt'), 'utf8').catch(() => '')
  return parseRequirements(text)
}

/** Full MLflow brings a server along that a model does not need; the skinny package loads it too. */
export function parseRequirements(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.replace(/(^|\s)#.*$/, '').trim())
    .filter((line) => line !== '')
    .map((line) => line.replace(/^mlflow(?=$|[\s=<>!~;])/, 'mlflow-skinny'))
}

async function trainingEnvironment(
  ctx: Ctx,
  model: ModelRef,
): Promise<{ readonly hash: string; readonly lock: string } | undefined> {
  const { runId } = await getVersion(ctx, model)
  if (runId === '') return undefined
  const [logged] = await listEdges(ctx.db, { to: `run:${runId}`, kind: 'LOGGED', limit: 1 })
  if (!logged) return undefined
  const [used] = await listEdges(ctx.db, { from: logged.from, kind: 'USED_ENVIRONMENT', limit: 1 })
  const hash = used?.to.slice('env:'.length)
  return hash === undefined ? undefined : await getEnvironment(ctx, hash).catch(() => undefined)
}

/** Whether every requirement is pinned and the lock has exactly that version. */
export function satisfies(lock: string, requirements: readonly string[]): boolean {
  const installed = readLock(lock)
  return requirements.every((requirement) => {
    const [, name = '', version = ''] = /^([A-Za-z0-9._-]+)==([^\s;*]+)$/.exec(requirement) ?? []
    return name !== '' && installed.get(normalise(name)) === version
  })
}

/** Whether the lock has the packages, in whatever version. */
export function hasPackages(lock: string, requirements: readonly string[]): boolean {
  const installed = readLock(lock)
  return requirements.every((requirement) => installed.has(packageName(requirement)))
}

function readLock(lock: string): Map<string, string> {
  return new Map(
    lock.split('\n').flatMap((line) => {
      const [, name = '', version = ''] = /^([A-Za-z0-9._-]+)==([^\s;]+)/.exec(line) ?? []
      return name === '' ? [] : [[normalise(name), version] as const]
    }),
  )
}

function packageName(requirement: string): string {
  return normalise(/^[A-Za-z0-9._-]+/.exec(requirement)?.[0] ?? '')
}

function normalise(name: string): string {
  return name.toLowerCase().replaceAll(/[-_.]+/g, '-')
}
