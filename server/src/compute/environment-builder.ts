import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { newId, type Ctx } from '../core/index.ts'
import { computeErrors } from './errors.ts'
import type { Interpreter } from './interpreter.ts'
import { ownModule, runProgram } from './python-program.ts'

/** Trimmed, sorted, without comments and repetitions; options are refused by name. */
export function cleanRequirements(requirements: readonly string[]): string[] {
  const kept = new Set<string>()
  for (const line of requirements) {
    const requirement = line.replace(/(^|\s)#.*$/, '').trim()
    if (requirement === '') continue
    if (requirement.startsWith('-')) {
      throw computeErrors.COMPUTE_REQUIREMENT_INVALID(
        requirement,
        'options are not supported; list packages, or absolute paths of wheels',
      )
    }
    if (/[\r\n]/.test(requirement)) {
      throw computeErrors.COMPUTE_REQUIREMENT_INVALID(requirement, 'it has more than one line')
    }
    kept.add(requirement)
  }
  return [...kept].sort()
}

/**
 * Keeps every local file that is named, under its content's hash, and names the copy instead: the
 * same wheel is the same requirement wherever it lies, and an environment can be rebuilt later.
 */
export async function adoptFiles(ctx: Ctx, requirements: readonly string[]): Promise<string[]> {
  return Promise.all(
    requirements.map(async (requirement) => {
      const path = /(?:^|@\s*file:\/\/)(\/[^;#]+)/.exec(requirement)?.[1]?.trim()
      if (path === undefined) return requirement
      return requirement.replace(path, await adoptFile(ctx, path))
    }),
  )
}

async function adoptFile(ctx: Ctx, path: string): Promise<string> {
  const content = await readFile(path).catch((error: Error) => {
    throw computeErrors.COMPUTE_REQUIREMENT_INVALID(path, error.message).with({ cause: error })
  })
  const folder = join(ctx.config.homeDir, 'wheels', sha256(content))
  const kept = join(folder, basename(path))
  if (existsSync(kept)) return kept
  await mkdir(folder, { recursive: true })
  const made = `${kept}.${newId()}`
  await writeFile(made, content)
  await rename(made, kept)
  return kept
}

export function sha256(content: string | Buffer): string {
  return createHash('sha256').update(content).digest('hex')
}

/** Where the environment of a hash is, on every server of this machine. */
export function environmentFolder(ctx: Ctx, hash: string): string {
  return join(ctx.config.homeDir, 'envs', hash)
}

/** Packages are downloaded once for everything on this machine, and linked into environments. */
function cacheFolder(ctx: Ctx): string {
  return join(ctx.config.homeDir, 'uv-cache')
}

export interface ResolveInput {
  readonly requirements: readonly string[]
  readonly interpreter: Interpreter
}

/** Every package with its exact version, as the resolver finds them now. */
export async function resolveLock(ctx: Ctx, input: ResolveInput): Promise<string> {
  if (input.requirements.length === 0) return ''
  const args = ['pip', 'compile', '-', '--quiet', '--no-header', '--no-annotate', '--no-config']
  const place = ['--python', input.interpreter.path, '--cache-dir', cacheFolder(ctx)]
  const done = await runUv(
    ctx,
    [...args, ...place, '--no-python-downloads'],
    `${input.requirements.join('\n')}\n`,
  )
  if (done.code === 0) return done.stdout
  throw computeErrors.COMPUTE_ENVIRONMENT_UNRESOLVABLE(
    input.requirements,
    plainMessage(done.stderr),
  )
}

async function runUv(ctx: Ctx, args: readonly string[], stdin: string) {
  const uv = ctx.config.uvPath ?? 'uv'
  return runProgram(uv, args, stdin).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error
    throw computeErrors.COMPUTE_UV_MISSING(uv).with({ cause: error })
  })
}

/** uv draws its messages with boxes and arrows; keep the words. */
function plainMessage(stderr: string): string {
  return stderr
    .replace(/^error: /, '')
    .replace(/[×╰─▶│├]+/g, ' ')
    .replace(/\s+/g, ' ')
    .trim()
}

export interface BuildInput {
  readonly hash: string
  readonly lock: string
  readonly interpreter: Interpreter
}

/** Builds the environment unless it is there already; its size in bytes. */
export async function buildEnvironment(ctx: Ctx, input: BuildInput): Promise<number> {
  const target = environmentFolder(ctx, input.hash)
  const uv = ['--uv', ctx.config.uvPath ?? 'uv', '--cache-dir', cacheFolder(ctx)]
  const args = ownModule('millrace_worker.build_environment', ['--target', target, ...uv])
  const done = await runProgram(input.interpreter.path, args, input.lock)
  if (done.code === 0) return (JSON.parse(done.stdout) as { size_bytes: number }).size_bytes
  throw computeErrors.COMPUTE_ENVIRONMENT_BUILD_FAILED(input.hash, plainMessage(done.stderr))
}
