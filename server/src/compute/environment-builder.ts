import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { isAbsolute, join } from 'node:path'
import type { Ctx } from '../core/index.ts'
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

/** Local files are part of what an environment is: their content counts, not their name. */
export async function fingerprintFiles(requirements: readonly string[]): Promise<string[]> {
  const files = requirements.filter((requirement) => isAbsolute(requirement))
  return Promise.all(
    files.map(async (path) => {
      const content = await readFile(path).catch((error: Error) => {
        throw computeErrors.COMPUTE_REQUIREMENT_INVALID(path, error.message).with({ cause: error })
      })
      return `# ${sha256(content)} ${path}`
    }),
  )
}

export function sha256(content: string | Buffer): string {
  return createHash('sha256').update(content).digest('hex')
}

/** Where the environment of a hash is, on every server of this machine. */
export function environmentFolder(ctx: Ctx, hash: string): string {
  return join(ctx.config.homeDir, 'envs', hash)
}

export interface ResolveInput {
  readonly requirements: readonly string[]
  readonly interpreter: Interpreter
}

/** Every package with its exact version, as the resolver finds them now. */
export async function resolveLock(ctx: Ctx, input: ResolveInput): Promise<string> {
  if (input.requirements.length === 0) return ''
  const args = ['pip', 'compile', '-', '--quiet', '--no-header', '--no-annotate', '--no-config']
  const done = await runUv(
    ctx,
    [...args, '--no-python-downloads', '--python', input.interpreter.path],
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
  const uv = ['--uv', ctx.config.uvPath ?? 'uv']
  const args = ownModule('millrace_worker.build_environment', ['--target', target, ...uv])
  const done = await runProgram(input.interpreter.path, args, input.lock)
  if (done.code === 0) return (JSON.parse(done.stdout) as { size_bytes: number }).size_bytes
  throw computeErrors.COMPUTE_ENVIRONMENT_BUILD_FAILED(input.hash, plainMessage(done.stderr))
}
