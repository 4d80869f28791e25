/** The Python environment of a task: from its libraries or the job's environment to a lock. */
import { existsSync } from 'node:fs'
import { rename, rm } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { ensureEnvironment, type Environment } from '../../compute/index.ts'
import { newId, type Ctx } from '../../core/index.ts'
import { hashFile, materialise, readFile } from '../../workspace/index.ts'
import type { Attempt } from './contract.ts'

/** Resolved and, when it is new, built. Throws compute's error when that is impossible. */
export async function taskEnvironment(ctx: Ctx, attempt: Attempt): Promise<Environment> {
  const requirements: string[] = []
  for (const wanted of requirementsOf(attempt)) {
    requirements.push(...(await expand(ctx, wanted)))
  }
  return ensureEnvironment(ctx, { requirements })
}

// Modules that take long to import, by the package that brings them. Imports only: none of these
// starts a thread, which a fork would not survive.
const slowImports = [
  ['pandas', 'pandas'],
  ['pyarrow', 'pyarrow.parquet'],
  ['mlflow-skinny', 'mlflow'],
  ['scikit-learn', 'sklearn.utils'],
] as const

/** What the environment's fork server imports once, so that no task waits for it. */
export function preloadOf(environment: Environment): string[] {
  const lines = environment.lock.split('\n')
  return slowImports.flatMap(([name, module]) =>
    lines.some((line) => line.startsWith(`${name}==`)) ? [module] : [],
  )
}

function requirementsOf({ task, settings }: Attempt): string[] {
  const libraries = (task.libraries ?? []).map(
    ({ pypi, whl, requirements }) => pypi?.package ?? whl ?? `-r ${requirements}`,
  )
  const environment = (settings.environments ?? []).find(
    (candidate) => candidate.environment_key === task.environment_key,
  )
  return [...libraries, ...(environment?.spec?.dependencies ?? [])]
}

/** Workspace paths of the wheels that it names. */
export function wheelsOf(attempt: Attempt): string[] {
  return requirementsOf(attempt).filter((wanted) => wanted.startsWith('/'))
}

async function expand(ctx: Ctx, wanted: string): Promise<string[]> {
  const file = /^-r\s+(.+)$/.exec(wanted.trim())?.[1]
  if (file !== undefined) return parseRequirements((await readFile(ctx, file)).toString('utf8'))
  if (!wanted.startsWith('/')) return [wanted]
  return [await wheelOnDisk(ctx, wanted)]
}

function parseRequirements(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.replace(/(^|\s)#.*$/, '').trim())
    .filter((line) => line !== '')
}

// Installers want the wheel under its own name; the folder by its hash keeps versions apart. It comes
// there whole or not at all, because several tasks may want it at the same time.
async function wheelOnDisk(ctx: Ctx, path: string): Promise<string> {
  const folder = join(ctx.config.dataDir, 'wheels', await hashFile(ctx, path))
  const wheel = join(folder, basename(path))
  if (existsSync(wheel)) return wheel
  const partial = join(folder, newId())
  const copy = await materialise(ctx, path, partial)
  await rename(copy.path, wheel)
  await rm(partial, { recursive: true })
  return wheel
}
