import type { Ctx } from '../core/index.ts'
import type { AttemptFacts } from './attempt-reads.ts'
import { countPackages } from './replay-service.ts'
import { readTablePin, type TablePin } from './table-pins.ts'

/** Counting opens files; further tables are named without their rows. */
const mostCounted = 30

/** The table versions behind a model, with their rows. */
export async function describeTables(ctx: Ctx, tables: readonly string[]): Promise<TablePin[]> {
  const counted = await Promise.all(
    tables.slice(0, mostCounted).map((table) => readTablePin(ctx, table)),
  )
  return [
    ...counted,
    ...tables.slice(mostCounted).map((table) => ({ table, rows: null, gone: null })),
  ]
}

interface CodeFacts {
  readonly commit: string | null
  readonly branch: string | null
  readonly bundle: string | null
  readonly target: string | null
  /** What was not committed when it was deployed; empty when everything was. */
  readonly dirty_diff: string
  /** What ran, with the SHA-256 of its content: the training first, then what came before it. */
  readonly files: readonly { readonly path: string; readonly sha256: string }[]
}

/** Which files ran, and of which commit. */
export function describeCode(attempts: readonly AttemptFacts[]): CodeFacts {
  const used = attempts.flatMap((attempt) => attempt.code)
  const commit = used.find(({ node }) => textOf(node).startsWith('commit:'))
  return {
    commit: commit ? textOf(commit['node']).slice('commit:'.length) : null,
    branch: textOrNull(commit?.['branch']),
    bundle: textOrNull(commit?.['bundle']),
    target: textOrNull(commit?.['target']),
    dirty_diff: textOf(commit?.['dirty_diff']),
    files: used
      .map(({ node }) => /^file:(.+)@([0-9a-f]{64})$/.exec(textOf(node)) ?? [])
      .flatMap(([, path, sha256]) => (path && sha256 ? [{ path, sha256 }] : [])),
  }
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

function textOrNull(value: unknown): string | null {
  return textOf(value) || null
}

interface EnvironmentFacts {
  readonly hash: string
  readonly packages: number
  readonly requirements: readonly string[]
  readonly lock: string
}

/** Of the process that trained. */
export function describeEnvironment(attempts: readonly AttemptFacts[]): EnvironmentFacts | null {
  const environment = attempts.find((attempt) => attempt.environment)?.environment
  return environment ? { ...environment, packages: countPackages(environment.lock) } : null
}

/** Parameters that hold a seed: `seed`, `random_state`, `model__random_state`. */
export function seedsOf(parameters: Readonly<Record<string, string>>): Record<string, string> {
  const seeds = Object.entries(parameters).filter(([name]) =>
    /(^|_)(seed|random_state)$/i.test(name),
  )
  return Object.fromEntries(seeds)
}
