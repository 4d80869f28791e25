/**
 * Environments are named by what is in them:
 *
 *   requirements ─(resolver, once a day)→ lock ─(sha256 with Python and platform)→ hash
 *   hash: unknown → BUILDING → READY   (folder there: never changed again)
 *                       └────→ FAILED  (asked again: BUILDING)
 *
 * A READY environment whose folder was removed is rebuilt from its lock, without the resolver.
 */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { AppError, inTransaction, type Ctx } from '../core/index.ts'
import {
  adoptFiles,
  buildEnvironment,
  cleanRequirements,
  environmentFolder,
  resolveLock,
  sha256,
  type ResolveInput,
} from './environment-builder.ts'
import {
  findEnvironment,
  findResolution,
  insertEnvironment,
  updateEnvironmentFailed,
  updateEnvironmentReady,
  upsertResolution,
  type EnvironmentRecord,
  type Resolution,
} from './environment-store.ts'
import { computeErrors } from './errors.ts'
import { findInterpreter, type Interpreter } from './interpreter.ts'
import { computeState } from './state.ts'
import { EnvironmentState, type Environment, type EnvironmentSpec } from './types.ts'

const dayMs = 86_400_000

/**
 * The environment that satisfies the requirements, resolved and built when it is new.
 * The same requirements on the same day are the same environment.
 */
export async function ensureEnvironment(ctx: Ctx, spec: EnvironmentSpec): Promise<Environment> {
  const state = computeState(ctx)
  const requirements = await adoptFiles(ctx, cleanRequirements(spec.requirements))
  const key = sha256(JSON.stringify([requirements, spec.python ?? null]))
  const known = state.resolved.get(key)
  if (known && sameDay(known.resolvedAt, ctx.now())) return getEnvironment(ctx, known.hash)
  return state.once(`ensure ${key}`, async () => {
    const interpreter = await state.interpreter(spec.python, () =>
      findInterpreter(ctx, spec.python),
    )
    const resolution = await resolveOnceADay(ctx, { requirements, interpreter })
    const environment = await buildOnce(ctx, resolution.hash, interpreter)
    state.resolved.set(key, resolution)
    return environment
  })
}

/** A known environment, rebuilt from its lock when its folder is gone. */
export async function getEnvironment(ctx: Ctx, hash: string): Promise<Environment> {
  const known = computeState(ctx).environments.get(hash)
  if (known && existsSync(known.python)) return known
  const record = await findEnvironment(ctx.db, hash)
  if (!record) throw computeErrors.COMPUTE_ENVIRONMENT_NOT_FOUND(hash)
  if (
    record.state === EnvironmentState.Ready &&
    existsSync(pythonOf(environmentFolder(ctx, hash)))
  ) {
    return remember(ctx, record)
  }
  const interpreter = await computeState(ctx).interpreter(undefined, () =>
    findInterpreter(ctx, undefined),
  )
  if (interpreter.version !== record.pythonVersion) {
    throw computeErrors.COMPUTE_ENVIRONMENT_BUILD_FAILED(
      hash,
      `it was made with Python ${record.pythonVersion}, and this server has ${interpreter.version}`,
    )
  }
  return buildOnce(ctx, hash, interpreter)
}

async function resolveOnceADay(ctx: Ctx, asked: ResolveInput): Promise<Resolution> {
  const key = sha256(JSON.stringify([asked.requirements, asked.interpreter]))
  const before = await findResolution(ctx.db, key)
  if (before && sameDay(before.resolvedAt, ctx.now())) return before
  try {
    const lock = await resolveLock(ctx, asked)
    return await recordResolution(ctx, asked, { key, lock })
  } catch (error) {
    // Without the network, what was right yesterday still is.
    if (before && isUnreachable(error)) return before
    throw error
  }
}

async function recordResolution(
  ctx: Ctx,
  asked: ResolveInput,
  found: { readonly key: string; readonly lock: string },
): Promise<Resolution> {
  const { version, platform } = asked.interpreter
  const hash = sha256(JSON.stringify([found.lock, version, platform])).slice(0, 32)
  const resolution = { hash, resolvedAt: ctx.now() }
  await inTransaction(ctx, async (tx) => {
    await insertEnvironment(tx.db, {
      hash,
      lock: found.lock,
      requirements: asked.requirements,
      pythonVersion: version,
      createdAt: resolution.resolvedAt,
    })
    await upsertResolution(tx.db, found.key, resolution)
  })
  return resolution
}

function sameDay(a: Date, b: Date): boolean {
  return Math.floor(a.getTime() / dayMs) === Math.floor(b.getTime() / dayMs)
}

function isUnreachable(error: unknown): boolean {
  if (!(error instanceof AppError)) return false
  return /network|dns|connect|request for url|timed? ?out|offline|fetch/i.test(error.message)
}

async function buildOnce(ctx: Ctx, hash: string, interpreter: Interpreter): Promise<Environment> {
  return computeState(ctx).once(`build ${hash}`, async () => {
    const record = await findEnvironment(ctx.db, hash)
    if (!record) throw computeErrors.COMPUTE_ENVIRONMENT_NOT_FOUND(hash)
    if (
      record.state === EnvironmentState.Ready &&
      existsSync(pythonOf(environmentFolder(ctx, hash)))
    ) {
      return remember(ctx, record)
    }
    try {
      const sizeBytes = await buildEnvironment(ctx, { hash, lock: record.lock, interpreter })
      await updateEnvironmentReady(ctx.db, hash, { sizeBytes, readyAt: ctx.now() })
    } catch (error) {
      await updateEnvironmentFailed(ctx.db, hash, (error as Error).message)
      throw error
    }
    return remember(ctx, record)
  })
}

function remember(ctx: Ctx, record: EnvironmentRecord): Environment {
  const path = environmentFolder(ctx, record.hash)
  const environment = {
    hash: record.hash,
    lock: record.lock,
    python: pythonOf(path),
    path,
    requirements: record.requirements,
  }
  computeState(ctx).environments.set(record.hash, environment)
  return environment
}

function pythonOf(path: string): string {
  return join(path, 'bin', 'python')
}
