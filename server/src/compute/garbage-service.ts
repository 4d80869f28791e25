/**
 * Removes what nobody needs any more: folders of attempts and workers that ended long ago, and Python
 * environments that no process of this machine has used for long. Records in the database stay,
 * and so do locks: an environment is built again from its lock when something asks for it.
 */
import { opendir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Ctx } from '../core/index.ts'
import { computeErrors } from './errors.ts'
import { findInterpreter } from './interpreter.ts'
import { ownModule, runProgram } from './python-program.ts'
import { computeState } from './state.ts'

export interface Garbage {
  readonly kind: 'attempt' | 'worker' | 'environment'
  readonly name: string
  /** What removing it gives back. */
  readonly sizeBytes: number
  readonly lastUsedAt: Date
}

export interface GarbageAsk {
  /** Says what would be removed, and removes nothing. */
  readonly dryRun: boolean
  /** @default `--keep-attempts-days`; 0 keeps them */
  readonly keepAttemptsDays?: number
  /** @default `--keep-environments-days`; 0 keeps them */
  readonly keepEnvironmentsDays?: number
}

const dayMs = 86_400_000

export async function collectGarbage(ctx: Ctx, ask: GarbageAsk): Promise<readonly Garbage[]> {
  const { config } = ctx
  const attemptDays = ask.keepAttemptsDays ?? config.keepAttemptsDays
  const environmentDays = ask.keepEnvironmentsDays ?? config.keepEnvironmentsDays
  const found: Garbage[] = []
  if (attemptDays > 0) {
    const before = { beforeMs: ctx.now().getTime() - attemptDays * dayMs, dryRun: ask.dryRun }
    found.push(...(await collectFolders(ctx, { kind: 'attempt', ...before })))
    found.push(...(await collectFolders(ctx, { kind: 'worker', ...before })))
  }
  if (environmentDays > 0) {
    const beforeMs = ctx.now().getTime() - environmentDays * dayMs
    found.push(...(await collectEnvironments(ctx, { beforeMs, dryRun: ask.dryRun })))
  }
  return found
}

interface Wanted {
  readonly beforeMs: number
  readonly dryRun: boolean
}

const folderOf = { attempt: 'attempts', worker: 'workers' } as const

async function collectFolders(
  ctx: Ctx,
  { kind, beforeMs, dryRun }: Wanted & { readonly kind: keyof typeof folderOf },
): Promise<Garbage[]> {
  const root = join(ctx.config.dataDir, folderOf[kind])
  const found: Garbage[] = []
  for (const name of await namesIn(root)) {
    const folder = join(root, name)
    // What has not reported its end runs, or waits for a server that says so.
    const exit = await stat(join(folder, 'exit.json')).catch(() => undefined)
    if (!exit || exit.mtimeMs >= beforeMs || isAwaited(ctx, name)) continue
    found.push({ kind, name, sizeBytes: await sizeOf(folder), lastUsedAt: exit.mtime })
    if (!dryRun) await rm(folder, { recursive: true, force: true })
  }
  return found
}

/** Rooms may still take in the end of what ran when this server started. */
function isAwaited(ctx: Ctx, attemptId: string): boolean {
  const { exits, foundAgain } = computeState(ctx)
  return foundAgain.has(attemptId) || exits.find(attemptId) !== undefined
}

async function namesIn(folder: string): Promise<string[]> {
  const names: string[] = []
  try {
    for await (const entry of await opendir(folder)) if (entry.isDirectory()) names.push(entry.name)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
  }
  return names.sort((a, b) => a.localeCompare(b))
}

async function sizeOf(folder: string): Promise<number> {
  let total = 0
  for await (const entry of await opendir(folder, { recursive: true })) {
    if (!entry.isFile()) continue
    const found = await stat(join(entry.parentPath, entry.name)).catch(() => undefined)
    total += (found?.blocks ?? 0) * 512
  }
  return total
}

interface Collected {
  readonly name: string
  readonly size_bytes: number
  readonly last_used_ms: number
}

// In Python, because Node cannot ask for the locks that say whether one is in use.
async function collectEnvironments(ctx: Ctx, { beforeMs, dryRun }: Wanted): Promise<Garbage[]> {
  const state = computeState(ctx)
  const python = await state.interpreter(undefined, () => findInterpreter(ctx, undefined))
  const place = ['--folder', join(ctx.config.homeDir, 'envs')]
  const args = [...place, '--unused-since-ms', String(beforeMs), ...(dryRun ? [] : ['--remove'])]
  const done = await runProgram(
    python.path,
    ownModule('millrace_worker.collect_environments', args),
  )
  if (done.code !== 0) {
    throw computeErrors.COMPUTE_WORKER_FAILED('Collecting environments', done.stderr.trim())
  }
  if (done.stderr !== '')
    ctx.log.warn({ said: done.stderr }, 'some environments could not be removed')
  const lines = done.stdout.split('\n').filter((line) => line !== '')
  return lines.map((line) => {
    const one = JSON.parse(line) as Collected
    const { name, size_bytes: sizeBytes } = one
    return { kind: 'environment', name, sizeBytes, lastUsedAt: new Date(one.last_used_ms) }
  })
}

const firstMs = 3_600_000

/** Collects an hour after the start, when every room has taken in what happened before, and daily. */
export function scheduleGarbage(ctx: Ctx): AsyncDisposable {
  let running: Promise<void> = Promise.resolve()
  let timer = setTimeout(collect, firstMs)
  timer.unref()
  function collect(): void {
    timer = setTimeout(collect, dayMs)
    timer.unref()
    running = collectGarbage(ctx, { dryRun: false }).then(
      (found) => {
        if (found.length > 0) ctx.log.info({ removed: found.length }, 'garbage collected')
      },
      (error: unknown) => ctx.log.error({ err: error }, 'garbage could not be collected'),
    )
  }
  return {
    async [Symbol.asyncDispose]() {
      clearTimeout(timer)
      await running
    },
  }
}
