import { getEnvironment } from '../compute/index.ts'
import { listEdges, type Ctx, type LineageEdge, type LineageNode } from '../core/index.ts'

/** What one process used and made. */
export interface AttemptFacts {
  readonly attempt: string
  readonly part_of: readonly string[]
  readonly read: readonly string[]
  readonly wrote: readonly string[]
  readonly code: readonly Readonly<Record<string, unknown>>[]
  readonly environment: EnvironmentFacts | null
}

interface EnvironmentFacts {
  readonly hash: string
  readonly requirements: readonly string[]
  readonly lock: string
}

/** How far back data is followed; a longer chain is cut, and said to be. */
const maxAttempts = 200

/**
 * The attempts behind some others: those that wrote the table versions which they read, and so on
 * back to where data came in.
 */
export async function traceAttempts(
  ctx: Ctx,
  starts: readonly string[],
): Promise<{ readonly attempts: AttemptFacts[]; readonly cut: boolean }> {
  const queue = [...starts]
  const seen = new Set(queue)
  const attempts: AttemptFacts[] = []
  for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
    if (attempts.length === maxAttempts) return { attempts, cut: true }
    const facts = await readAttempt(ctx, next)
    attempts.push(facts)
    for (const table of facts.read) {
      for (const edge of await listEdges(ctx.db, { to: table as LineageNode, kind: 'WROTE' })) {
        if (seen.has(edge.from)) continue
        seen.add(edge.from)
        queue.push(edge.from)
      }
    }
  }
  return { attempts, cut: false }
}

async function readAttempt(ctx: Ctx, attempt: string): Promise<AttemptFacts> {
  const edges = await listEdges(ctx.db, { from: attempt as LineageNode })
  const to = (kind: LineageEdge['kind']) => edges.filter((e) => e.kind === kind)
  const environment = to('USED_ENVIRONMENT').at(0)
  return {
    attempt: attempt.replace(/^attempt:/, ''),
    part_of: to('PART_OF').map((edge) => edge.to),
    read: to('READ').map((edge) => edge.to),
    wrote: to('WROTE').map((edge) => edge.to),
    code: to('USED_CODE').map((edge) => ({ node: edge.to, ...edge.data })),
    environment: environment ? await readEnvironment(ctx, environment.to) : null,
  }
}

async function readEnvironment(ctx: Ctx, node: string): Promise<EnvironmentFacts> {
  const hash = node.replace(/^env:/, '')
  const { requirements, lock } = await getEnvironment(ctx, hash)
  return { hash, requirements, lock }
}
