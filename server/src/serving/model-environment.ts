import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ensureEnvironment, getEnvironment } from '../compute/index.ts'
import { listEdges, type Ctx } from '../core/index.ts'
import { getVersion } from '../registry/index.ts'
import type { ModelRef } from './types.ts'

/** What a conversion needs beside the model's own packages. */
const converters = ['skl2onnx==1.20.0', 'onnxmltools==1.16.0', 'onnxruntime==1.32.0']
const framePackages = ['pandas']

export const Purpose = { Predict: 'predict', Convert: 'convert' } as const
export type Purpose = (typeof Purpose)[keyof typeof Purpose]

export interface EnvironmentInput {
  readonly model: ModelRef
  readonly modelDir: string
  readonly purpose: Purpose
}

/**
 * The hash of an environment that has what the model was logged with: the one it was trained in
 * when that is known and fits, which costs nothing, otherwise one made from its requirements.
 */
export async function findModelEnvironment(ctx: Ctx, input: EnvironmentInput): Promise<string> {
  const requirements = await readRequirements(input.modelDir)
  const wanted = input.purpose === Purpose.Convert ? [...requirements, ...converters] : requirements
  const trained = await trainingEnvironment(ctx, input.model)
  if (trained && satisfies(trained.lock, wanted)) return trained.hash
  const packages = new Set(wanted.map(packageName))
  const more = framePackages.filter((name) => !packages.has(name))
  return (await ensureEnvironment(ctx, { requirements: [...wanted, ...more] })).hash
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
  const installed = new Map(
    lock.split('\n').flatMap((line) => {
      const [, name = '', version = ''] = /^([A-Za-z0-9._-]+)==([^\s;]+)/.exec(line) ?? []
      return name === '' ? [] : [[normalise(name), version] as const]
    }),
  )
  return requirements.every((requirement) => {
    const [, name = '', version = ''] = /^([A-Za-z0-9._-]+)==([^\s;*]+)$/.exec(requirement) ?? []
    return name !== '' && installed.get(normalise(name)) === version
  })
}

function packageName(requirement: string): string {
  return normalise(/^[A-Za-z0-9._-]+/.exec(requirement)?.[0] ?? '')
}

function normalise(name: string): string {
  return name.toLowerCase().replaceAll(/[-_.]+/g, '-')
}
